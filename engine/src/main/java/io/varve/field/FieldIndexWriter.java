package io.varve.field;

import io.varve.format.FieldIndexFooter;
import io.varve.format.FieldIndexFooter.Tree;
import io.varve.format.FieldIndexTrailer;
import io.varve.format.SegmentEntry;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * Writes the file of a segment's field indexes: takes the events' values, block by block, and makes
 * a tree of each field's, or several if there are more than fit into memory.
 *
 * <p>Thread: confined to one.
 */
final class FieldIndexWriter {

  private final WriteFile file;
  private final UUID storeId;
  private final SegmentEntry segment;
  private final String extractor;
  private final List<String> fields;
  private final long fieldBytesMax;
  private final List<KeyPairs> pairs = new ArrayList<>();
  private final List<Tree> trees = new ArrayList<>();

  private long[] positions = new long[64];
  private long[] baseOffsets = new long[64];
  private int blocks;

  /**
   * @param bytesMax how much memory to use, about
   */
  FieldIndexWriter(
      WriteFile file,
      UUID storeId,
      SegmentEntry segment,
      String extractor,
      List<String> fields,
      long bytesMax) {
    this.file = file;
    this.storeId = storeId;
    this.segment = segment;
    this.extractor = extractor;
    this.fields = fields;
    this.fieldBytesMax = bytesMax / Math.max(1, fields.size());
    fields.forEach(field -> pairs.add(new KeyPairs()));
  }

  /** Begins a block: the events that follow are in it. */
  void beginBlock(long position, long baseOffset) throws IOException {
    for (int field = 0; field < pairs.size(); field++) {
      if (pairs.get(field).bytes() >= fieldBytesMax) {
        putTree(field);
      }
    }
    if (blocks == positions.length) {
      positions = Arrays.copyOf(positions, 2 * blocks);
      baseOffsets = Arrays.copyOf(baseOffsets, 2 * blocks);
    }
    positions[blocks] = position;
    baseOffsets[blocks] = baseOffset;
    blocks++;
  }

  /** Adds an event's values to the block at hand. */
  void add(FieldValues values) {
    for (int field = 0; field < values.count(); field++) {
      pairs.get(field).add(values.at(field), blocks - 1);
    }
  }

  private void putTree(int field) throws IOException {
    KeyPairs of = pairs.get(field);
    if (of.count() > 0) {
      TreeWriter tree = new TreeWriter(file, field);
      of.forEach(tree::add);
      trees.add(tree.finish());
      of.clear();
    }
  }

  /** Ends the file and makes it durable. */
  void finish() throws IOException {
    for (int field = 0; field < pairs.size(); field++) {
      putTree(field);
    }
    trees.sort(Comparator.comparingInt(Tree::field));
    ByteBuffer footer =
        new FieldIndexFooter(
                storeId,
                segment.fileName(),
                segment.endPosition(),
                extractor,
                fields,
                Arrays.copyOf(positions, blocks),
                Arrays.copyOf(baseOffsets, blocks),
                trees)
            .encode();
    FieldIndexTrailer trailer = FieldIndexTrailer.of(footer, file.length());
    file.append(footer);
    file.append(trailer.encode());
    file.force();
  }
}
