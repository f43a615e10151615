package io.varve.field;

import io.varve.base.CorruptionException;
import io.varve.format.FieldIndexFooter;
import io.varve.format.FieldIndexFooter.Tree;
import io.varve.format.FieldIndexTrailer;
import io.varve.format.FieldNode;
import io.varve.format.SegmentEntry;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/**
 * The field indexes of a segment in one file, opened to look into: a few nodes of some KiB are read
 * for each range.
 *
 * <p>Thread: confined to one.
 */
final class FieldIndexFile implements Closeable {

  private static final KeyRange UNREADABLE =
      new KeyRange(new byte[] {FieldKey.UNREADABLE}, new byte[] {FieldKey.UNREADABLE});

  private final ReadFile file;
  private final String name;
  private final String path;
  private final long length;
  private final FieldIndexFooter footer;

  private FieldIndexFile(
      ReadFile file, String name, String path, long length, FieldIndexFooter footer) {
    this.file = file;
    this.name = name;
    this.path = path;
    this.length = length;
    this.footer = footer;
  }

  /**
   * Opens a file and reads what it says of itself.
   *
   * @throws CorruptionException also if it is another segment's or another store's
   * @throws java.nio.file.NoSuchFileException if it isn't there
   */
  static FieldIndexFile open(Directory folder, String name, SegmentEntry segment, UUID storeId)
      throws IOException {
    String path = folder.path() + "/" + name;
    ReadFile file = folder.open(name);
    FieldIndexFile opened = null;
    try {
      long length = file.length();
      long trailerAt = Math.max(0, length - FieldIndexTrailer.BYTES);
      FieldIndexTrailer trailer =
          FieldIndexTrailer.decode(
              read(file, path, length, trailerAt, FieldIndexTrailer.BYTES), path, trailerAt);
      ByteBuffer bytes = read(file, path, length, trailer.footerAt(), trailer.footerBytes());
      trailer.check(bytes, path);
      FieldIndexFooter footer = FieldIndexFooter.decode(bytes, trailer.footerAt(), path);
      if (!footer.segment().equals(segment.fileName())
          || footer.endPosition() != segment.endPosition()
          || !footer.storeId().equals(storeId)) {
        throw new CorruptionException(
            path,
            trailer.footerAt(),
            "indexes of " + segment.fileName() + " up to byte " + segment.endPosition(),
            "those of " + footer.segment() + " up to byte " + footer.endPosition());
      }
      opened = new FieldIndexFile(file, name, path, length, footer);
      return opened;
    } finally {
      if (opened == null) {
        file.close();
      }
    }
  }

  private static ByteBuffer read(ReadFile file, String path, long length, long position, int count)
      throws IOException {
    if (count > length - position) {
      throw new CorruptionException(
          path, position, count + " bytes", (length - position) + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate(count);
    int found = file.read(bytes, position);
    if (found < count) {
      throw new CorruptionException(path, position, count + " bytes", found + " bytes");
    }
    return bytes.flip();
  }

  String name() {
    return name;
  }

  FieldIndexFooter footer() {
    return footer;
  }

  long bytes() {
    return length;
  }

  /**
   * The blocks that may hold an event whose value lies in one of the ranges, or can't be read.
   *
   * @param field one of the file's
   */
  BitSet blocks(String field, List<KeyRange> ranges) throws IOException {
    BitSet found = new BitSet(footer.positions().length);
    int number = footer.fields().indexOf(field);
    for (Tree tree : footer.trees()) {
      if (tree.field() == number) {
        for (KeyRange range : ranges) {
          search(tree, range, found);
        }
        if (tree.unreadable()) {
          search(tree, UNREADABLE, found);
        }
      }
    }
    return found;
  }

  private void search(Tree tree, KeyRange range, BitSet found) throws IOException {
    long at = tree.rootAt();
    int bytes = tree.rootBytes();
    for (int level = tree.depth() - 1; level > 0; level--) {
      FieldNode node = node(at, bytes, level);
      // The last child that may hold the range's first key: one whose first key is not behind it.
      long childAt = node.firstChild();
      long nextAt = childAt;
      at = -1;
      while (node.next()) {
        if (at >= 0 && !mayBeBefore(node, range)) {
          break;
        }
        at = nextAt;
        bytes = (int) Math.min(Integer.MAX_VALUE, node.childBytes());
        nextAt += node.childBytes();
      }
      checkChild(at, bytes, at + bytes <= (level == 1 ? tree.leavesEnd() : tree.rootAt()));
    }
    while (at < tree.leavesEnd()) {
      FieldNode leaf = node(at, bytes, 0);
      while (leaf.next()) {
        if (range.isBehind(leaf.key(), leaf.keyLength())) {
          return;
        }
        if (!range.isBefore(leaf.key(), leaf.keyLength())) {
          leaf.addBlocks(found);
        }
      }
      at += bytes;
      if (at < tree.leavesEnd()) {
        bytes = FieldNode.length(read(file, path, length, at, 8).order(LITTLE), at, path);
        checkChild(at, bytes, at + bytes <= tree.leavesEnd());
      }
    }
  }

  private static final java.nio.ByteOrder LITTLE = java.nio.ByteOrder.LITTLE_ENDIAN;

  /** Whether the keys below the entry may begin before the range does, or with it. */
  private static boolean mayBeBefore(FieldNode node, KeyRange range) {
    int most = Math.min(node.keyLength(), range.from().length);
    int order = Arrays.compareUnsigned(node.key(), 0, most, range.from(), 0, most);
    return order < 0 || (order == 0 && node.keyLength() <= range.from().length);
  }

  private void checkChild(long at, int bytes, boolean inTree) {
    if (at < 0 || bytes < FieldNode.HEADER_BYTES || bytes > FieldNode.BYTES_MAX || !inTree) {
      throw new CorruptionException(path, at, "a node within its tree", bytes + " bytes");
    }
  }

  private FieldNode node(long at, int bytes, int level) throws IOException {
    return FieldNode.decode(
        read(file, path, length, at, bytes), level, footer.positions().length, path, at);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
