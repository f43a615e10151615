package io.varve.field;

import io.varve.format.FieldIndexFooter.Tree;
import io.varve.format.FieldNode;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a tree of keys that come in their order: leaves one behind another, then level by level
 * what leads to them.
 *
 * <p>Of a key only so much is written as tells it from its neighbours, and {@link #MORE_BYTES}
 * more: who looks for a key that isn't there is then mostly told so, for a fraction of the bytes.
 *
 * <p>Thread: confined to one.
 */
final class TreeWriter {

  /** A node ends when it has so many bytes, not compressed. */
  private static final int NODE_BYTES = 8 << 10;

  private static final int MORE_BYTES = 1;

  private final WriteFile file;
  private final int field;
  private final FieldNode.Builder node = new FieldNode.Builder();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
  private final long leavesAt;

  /** The nodes of the level at hand: of each its first key, and its bytes. */
  private List<byte[]> firstKeys = new ArrayList<>();

  private List<Integer> lengths = new ArrayList<>();

  private final byte[] key = new byte[FieldNode.KEY_BYTES_MAX];
  private int keyLength;
  private int[] blocks = new int[16];
  private int blockCount;
  private int sharedBefore;
  private long keys;
  private long position;

  TreeWriter(WriteFile file, int field) {
    this.file = file;
    this.field = field;
    this.leavesAt = file.length();
    this.position = leavesAt;
    node.begin(0, 0);
  }

  /** Takes the next key with its blocks, which rise. */
  void add(byte[] bytes, int at, int length, int[] inBlocks, int count) throws IOException {
    int shared = 0;
    if (keys > 0) {
      int most = Math.min(keyLength, length);
      int difference = Arrays.mismatch(key, 0, most, bytes, at, at + most);
      shared = difference < 0 ? most : difference;
      put(Math.max(sharedBefore, shared));
    }
    sharedBefore = shared;
    System.arraycopy(bytes, at, key, 0, length);
    keyLength = length;
    if (blocks.length < count) {
      blocks = new int[Math.max(2 * blocks.length, count)];
    }
    System.arraycopy(inBlocks, 0, blocks, 0, count);
    blockCount = count;
    keys++;
  }

  /** Writes the key at hand, which shares so many bytes with one of its neighbours. */
  private void put(int shared) throws IOException {
    int length = Math.min(keyLength, shared + 1 + MORE_BYTES);
    if (node.count() == 0) {
      firstKeys.add(Arrays.copyOf(key, length));
    }
    node.add(key, length, blocks, blockCount);
    if (node.bytes() >= NODE_BYTES) {
      finishNode();
      node.begin(0, 0);
    }
  }

  private void finishNode() throws IOException {
    ByteBuffer bytes = node.finish();
    lengths.add(bytes.limit());
    position += bytes.limit();
    if (bytes.limit() > buffer.remaining()) {
      flush();
    }
    if (bytes.limit() > buffer.remaining()) {
      file.append(bytes);
    } else {
      buffer.put(bytes);
    }
  }

  private void flush() throws IOException {
    file.append(buffer.flip());
    buffer.clear();
  }

  /** Ends the tree, which has a key at least; what can't be read comes behind all others. */
  Tree finish() throws IOException {
    put(sharedBefore);
    if (node.count() > 0) {
      finishNode();
    }
    long leavesEnd = position;
    long levelAt = leavesAt;
    int depth = 1;
    while (lengths.size() > 1) {
      long nextAt = position;
      putLevel(depth++, levelAt);
      levelAt = nextAt;
    }
    flush();
    boolean unreadable = key[0] == FieldKey.UNREADABLE;
    return new Tree(field, depth, leavesAt, leavesEnd, levelAt, lengths.get(0), keys, unreadable);
  }

  /** Writes the nodes that lead to those of the level at hand. */
  private void putLevel(int level, long childrenAt) throws IOException {
    List<byte[]> childKeys = firstKeys;
    List<Integer> childLengths = lengths;
    firstKeys = new ArrayList<>();
    lengths = new ArrayList<>();
    long childAt = childrenAt;
    node.begin(level, childAt);
    for (int i = 0; i < childKeys.size(); i++) {
      if (node.count() == 0) {
        firstKeys.add(childKeys.get(i));
      }
      node.addChild(childKeys.get(i), childKeys.get(i).length, childLengths.get(i));
      childAt += childLengths.get(i);
      if (node.bytes() >= NODE_BYTES) {
        finishNode();
        node.begin(level, childAt);
      }
    }
    if (node.count() > 0) {
      finishNode();
    }
  }
}
