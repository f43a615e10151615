package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What the file of a segment's field indexes has at its end: of which segment it is, which fields
 * it has, the segment's blocks, and where the trees are.
 *
 * <p>Thread: immutable; arrays are not to be changed.
 *
 * @param storeId the id of the store
 * @param segment the name of the segment's file
 * @param endPosition where the segment's last batch ends
 * @param extractor how values were taken from events: only who takes them the same way may use it
 * @param fields names of the fields
 * @param positions where in the segment each block begins, rising
 * @param baseOffsets the offset of each block's first event, rising
 * @param trees by field and, within one, by blocks
 */
public record FieldIndexFooter(
    UUID storeId,
    String segment,
    long endPosition,
    String extractor,
    List<String> fields,
    long[] positions,
    long[] baseOffsets,
    List<Tree> trees) {

  /** A larger footer is refused. */
  public static final int BYTES_MAX = 1 << 28;

  private static final int TREE_BYTES = 4 + 4 + 3 * 8 + 4 + 8 + 4;
  private static final int TREES_MAX = 1 << 20;

  /**
   * A tree of a field's keys in some blocks of the segment.
   *
   * @param field which of the fields
   * @param depth levels, from 1
   * @param leavesAt where the first leaf begins
   * @param leavesEnd where the last leaf ends
   * @param rootAt where the root begins
   * @param rootBytes its length
   * @param keys number of keys
   * @param unreadable whether there were events whose value of the field could not be read
   */
  public record Tree(
      int field,
      int depth,
      long leavesAt,
      long leavesEnd,
      long rootAt,
      int rootBytes,
      long keys,
      boolean unreadable) {}

  /** The footer's bytes. */
  public ByteBuffer encode() {
    int bytes = 64 + TREE_BYTES * trees.size() + 20 * positions.length;
    for (String text : fields) {
      bytes += 4 + 4 * text.length();
    }
    bytes += 8 + 4 * (segment.length() + extractor.length());
    ByteBuffer to = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
    to.putLong(endPosition);
    FieldList.putText(segment, to);
    FieldList.putText(extractor, to);
    FieldList.putNames(fields, to);
    to.putInt(trees.size());
    for (Tree tree : trees) {
      to.putInt(tree.field).putInt(tree.depth).putLong(tree.leavesAt).putLong(tree.leavesEnd);
      to.putLong(tree.rootAt).putInt(tree.rootBytes).putLong(tree.keys);
      to.putInt(tree.unreadable ? 1 : 0);
    }
    to.putInt(positions.length);
    for (int i = 0; i < positions.length; i++) {
      FieldNode.putVar(positions[i] - (i == 0 ? 0 : positions[i - 1]), to);
      FieldNode.putVar(baseOffsets[i] - (i == 0 ? 0 : baseOffsets[i - 1]), to);
    }
    return to.flip();
  }

  /**
   * Decodes a footer.
   *
   * @param at where in the file it begins, and all trees end
   */
  public static FieldIndexFooter decode(ByteBuffer bytes, long at, String file) {
    ByteBuffer from = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (from.limit() < 24) {
      throw new CorruptionException(file, at, "a footer of at least 24 bytes", from.limit() + "");
    }
    UUID storeId = new UUID(from.getLong(), from.getLong());
    long endPosition = from.getLong();
    String segment = FieldList.text(from, file);
    String extractor = FieldList.text(from, file);
    List<String> fields = FieldList.names(from, file);
    int treeCount = from.remaining() < 4 ? -1 : from.getInt();
    if (treeCount < 0 || treeCount > TREES_MAX || treeCount > from.remaining() / TREE_BYTES) {
      throw new CorruptionException(file, at, "trees within the footer", treeCount + " trees");
    }
    List<Tree> trees = new ArrayList<>();
    for (int i = 0; i < treeCount; i++) {
      trees.add(tree(from, fields.size(), at, file));
    }
    int blocks = from.remaining() < 4 ? -1 : from.getInt();
    if (blocks < 0 || blocks > from.remaining() / 2) {
      throw new CorruptionException(file, at, "blocks within the footer", blocks + " blocks");
    }
    long[] positions = new long[blocks];
    long[] baseOffsets = new long[blocks];
    for (int i = 0; i < blocks; i++) {
      positions[i] = next(from, i == 0 ? SegmentHeader.BYTES - 1 : positions[i - 1], i, file);
      baseOffsets[i] = next(from, i == 0 ? -1 : baseOffsets[i - 1], i, file);
    }
    if (from.hasRemaining() || (blocks > 0 && positions[blocks - 1] >= endPosition)) {
      throw new CorruptionException(
          file, at, "blocks of a segment that ends at byte " + endPosition, blocks + " others");
    }
    return new FieldIndexFooter(
        storeId, segment, endPosition, extractor, fields, positions, baseOffsets, trees);
  }

  /** The next number of a rising row, of which the first is written as it is. */
  private static long next(ByteBuffer from, long before, int i, String file) {
    long step = FieldNode.var(from, file);
    long next = i == 0 ? step : before + step;
    if (next <= before) {
      throw new CorruptionException(file, from.position(), "a number above " + before, next + "");
    }
    return next;
  }

  private static Tree tree(ByteBuffer from, int fields, long end, String file) {
    Tree tree =
        new Tree(
            from.getInt(),
            from.getInt(),
            from.getLong(),
            from.getLong(),
            from.getLong(),
            from.getInt(),
            from.getLong(),
            from.getInt() != 0);
    boolean inOrder =
        tree.field >= 0
            && tree.field < fields
            && tree.depth >= 1
            && tree.depth <= FieldNode.DEPTH_MAX
            && tree.leavesAt >= 0
            && tree.leavesEnd > tree.leavesAt
            && tree.rootAt >= tree.leavesAt
            && tree.rootBytes >= FieldNode.HEADER_BYTES
            && tree.leavesEnd <= end
            && tree.rootBytes <= end - tree.rootAt
            && tree.rootAt <= end;
    if (!inOrder) {
      throw new CorruptionException(file, from.position(), "a tree within the file", tree + "");
    }
    return tree;
  }
}
