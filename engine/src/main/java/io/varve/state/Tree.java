package io.varve.state;

import io.varve.base.BadEventException;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Entries ordered by their keys, as a tree for each key of a table: what maps and ordered sets have
 * in common. The entries' keys are called user keys, to be told from the table's.
 *
 * <p>A B+-tree of records. The root has suffix 0, the others get theirs from the root's counter. A
 * tree without entries has no records, and a small one is one leaf that grows with its content.
 * Nodes split when they are full and go when they are empty; they are not balanced otherwise, which
 * keeps them full enough (Johnson and Shasha, "B-trees with inserts and deletes: why free-at-empty
 * is better than merge-at-half", 1993). A value that is too large for a leaf is a record of its
 * own, so that it is neither moved with the leaf nor read by who looks for another.
 *
 * <p>A node that is sealed is copied before it is changed, and keeps its suffix: nodes above don't
 * change with it.
 *
 * <p>Thread: the store's owner.
 */
final class Tree {

  /** Larger values are records of their own. */
  static final int INLINE_BYTES_MAX = 128;

  /** Leaves with several entries split when they would become larger. */
  static final int LEAF_BYTES_MAX = 1024;

  /** As many for inner nodes, which change less often. */
  static final int INNER_BYTES_MAX = 2048;

  private static final int NODE_BYTES_MIN = 96;

  private static final ByteSpan NO_VALUE = new ByteSpan();

  final RecordStore records;
  final int table;
  final TreeNode node = new TreeNode();
  final TreePath path = new TreePath();
  private final IntConsumer whenNodesGo;
  private final TreeShape shape;
  private final TreeEntry entry = new TreeEntry();
  private int[] waiting = new int[64];

  private int keyGroup;
  private long changes;
  private long expirations;

  /**
   * @param whenNodesGo is told the key group of a tree some of whose nodes have been removed
   */
  Tree(RecordStore records, int table, IntConsumer whenNodesGo) {
    this.records = records;
    this.table = table;
    this.whenNodesGo = whenNodesGo;
    this.shape = new TreeShape(this);
  }

  /** Counts changes to entries; as long as it stays, a copy of a leaf is right. */
  long changes() {
    return changes;
  }

  /** Counts times that cleaning has taken out entries, which are changes too. */
  long expirations() {
    return expirations;
  }

  /** Counts nodes that were split; as long as it stays, and the next, paths are right. */
  long splits() {
    return shape.splits();
  }

  /** Counts nodes that were removed. */
  long removals() {
    return shape.removals();
  }

  void nodesRemoved() {
    whenNodesGo.accept(keyGroup);
  }

  /** Begins an operation on one key's tree. */
  void select(int keyGroup, ByteSpan key) {
    // Cleaning may take entries out of any tree of the table meanwhile.
    records.select(table, keyGroup, key);
    this.keyGroup = keyGroup;
  }

  // ---- reading

  /** Whether there are entries under the key. */
  boolean exists(int keyGroup, ByteSpan key) {
    select(keyGroup, key);
    return node.find(records, 0);
  }

  boolean contains(int keyGroup, ByteSpan key, ByteSpan userKey) {
    select(keyGroup, key);
    return find(userKey) >= 0;
  }

  /** Has node and path show the leaf; the index of the user key's entry there, negative if none. */
  private int find(ByteSpan userKey) {
    long prefix = TreeLayout.prefix(userKey);
    return path.seek(records, node, prefix, userKey) ? node.search(prefix, userKey) : -1;
  }

  /** Copies the user key's value into {@code target}; false if there is none. */
  boolean get(int keyGroup, ByteSpan key, ByteSpan userKey, ByteSpan target) {
    select(keyGroup, key);
    int i = find(userKey);
    if (i < 0) {
      return false;
    }
    if (node.isOutOfLine(i)) {
      entry.get(records, node.suffix(i), target);
    } else {
      node.value(i, target);
    }
    return true;
  }

  /** Copies the value that the record of that suffix holds, which is there. */
  void getOutOfLine(int keyGroup, ByteSpan key, int suffix, ByteSpan target) {
    records.selectAlone(table, keyGroup, key);
    entry.get(records, suffix, target);
  }

  /**
   * Reads what records hold of a leaf's values, from an entry on, as many as there is room for.
   *
   * @return the number of the batch's filling, 0 if it has none
   */
  long readAhead(int keyGroup, ByteSpan key, LeafCopy leaf, int from) {
    long fill = records.batch.begin();
    if (fill != 0) {
      records.selectAlone(table, keyGroup, key);
      for (int i = from; i < leaf.count(); i++) {
        if (leaf.isOutOfLine(i)) {
          records.touch(leaf.suffix(i));
        }
      }
      boolean more = true;
      for (int i = from; more && i < leaf.count(); i++) {
        more = !leaf.isOutOfLine(i) || records.addToBatch(i, leaf.suffix(i), leaf.recordBytes(i));
      }
      records.readBatch();
    }
    return fill;
  }

  // ---- changing

  /** Sets the user key's value. */
  void put(int keyGroup, ByteSpan key, ByteSpan userKey, ByteSpan value) {
    checkUserKey(userKey);
    select(keyGroup, key);
    try {
      put(userKey, value);
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  private void put(ByteSpan userKey, ByteSpan value) {
    if (value.length() > INLINE_BYTES_MAX) {
      TreeEntry.check(records, userKey, value);
    }
    long prefix = TreeLayout.prefix(userKey);
    int i = seekOrCreate(prefix, userKey, bytes(userKey, value));
    changes++;
    if (i < 0) {
      insert(-1 - i, prefix, userKey, value);
    } else {
      replace(i, prefix, userKey, value);
    }
  }

  /** Adds a user key without a value; false if it is there. */
  boolean add(int keyGroup, ByteSpan key, ByteSpan userKey) {
    checkUserKey(userKey);
    select(keyGroup, key);
    try {
      long prefix = TreeLayout.prefix(userKey);
      int i = seekOrCreate(prefix, userKey, bytes(userKey, NO_VALUE));
      if (i >= 0) {
        return false;
      }
      changes++;
      insert(-1 - i, prefix, userKey, NO_VALUE);
      return true;
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  private static void checkUserKey(ByteSpan userKey) {
    if (userKey.length() > TreeLayout.KEY_BYTES_MAX) {
      throw new BadEventException(
          "A key of "
              + userKey.length()
              + " bytes in a map, which may have "
              + TreeLayout.KEY_BYTES_MAX);
    }
  }

  /**
   * The index of the user key's entry, else -1 minus where it is to be, in a leaf that is there.
   */
  private int seekOrCreate(long prefix, ByteSpan userKey, int bytes) {
    if (path.seek(records, node, prefix, userKey)) {
      return node.search(prefix, userKey);
    }
    node.create(
        records, 0, RecordKind.LEAF, capacity(RecordKind.LEAF, TreeLayout.HEADER_BYTES + bytes));
    return -1;
  }

  private static int bytes(ByteSpan userKey, ByteSpan value) {
    int inline = value.length() > INLINE_BYTES_MAX ? TreeLayout.REFERENCE_BYTES : value.length();
    return TreeLayout.bytes(userKey.length(), inline);
  }

  private void insert(int i, long prefix, ByteSpan userKey, ByteSpan value) {
    if (value.length() > INLINE_BYTES_MAX) {
      int suffix = shape.newSuffix();
      int recordBytes = entry.create(records, suffix, userKey, value);
      insertReference(i, prefix, userKey, suffix, recordBytes);
    } else {
      int to = shape.room(path.level, i, userKey, bytes(userKey, value));
      node.insert(to, prefix, userKey, value);
    }
  }

  private void insertReference(int i, long prefix, ByteSpan userKey, int suffix, int recordBytes) {
    int bytes = TreeLayout.bytes(userKey.length(), TreeLayout.REFERENCE_BYTES);
    int to = shape.room(path.level, i, userKey, bytes);
    node.insertReference(to, prefix, userKey, suffix, recordBytes);
  }

  private void replace(int i, long prefix, ByteSpan userKey, ByteSpan value) {
    boolean wasOutOfLine = node.isOutOfLine(i);
    if (value.length() > INLINE_BYTES_MAX) {
      if (wasOutOfLine) {
        int before = node.recordBytes(i);
        int after = entry.put(records, node.suffix(i), before, userKey, value);
        if (after != before) {
          shape.makeMutable(node, path.suffixes[path.level]);
          node.setRecordBytes(i, after);
        }
        return;
      }
      int suffix = shape.newSuffix();
      int recordBytes = entry.create(records, suffix, userKey, value);
      shape.makeMutable(node, path.suffixes[path.level]);
      node.remove(i);
      insertReference(i, prefix, userKey, suffix, recordBytes);
      return;
    }
    if (wasOutOfLine) {
      records.removeKnown(node.suffix(i), node.recordBytes(i));
    }
    shape.makeMutable(node, path.suffixes[path.level]);
    if (!wasOutOfLine && node.valueLength(i) == value.length()) {
      node.setValue(i, value);
    } else {
      records.changing();
      node.remove(i);
      int to = shape.room(path.level, i, userKey, bytes(userKey, value));
      node.insert(to, prefix, userKey, value);
    }
  }

  /** Removes the user key and its value; false if there is none. */
  boolean remove(int keyGroup, ByteSpan key, ByteSpan userKey) {
    select(keyGroup, key);
    try {
      int i = find(userKey);
      if (i < 0) {
        return false;
      }
      remove(i);
      return true;
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  /** Removes an entry of the leaf that node and path show. */
  void remove(int i) {
    changes++;
    if (node.isOutOfLine(i)) {
      records.removeKnown(node.suffix(i), node.recordBytes(i));
    }
    if (node.count() == 1) {
      shape.unlink(path.level);
    } else {
      shape.makeMutable(node, path.suffixes[path.level]);
      node.remove(i);
    }
  }

  /** Removes the first entry of the leaf that the node shows, which has others. */
  void removeFirst(int suffix) {
    changes++;
    shape.makeMutable(node, suffix);
    node.remove(0);
  }

  /**
   * Takes out what had expired at some moment, of the leaf in which a user key is or would be: the
   * values in it, and that user key's, wherever it is. What is there now is looked at.
   *
   * @return how many entries
   */
  int expire(int keyGroup, ByteSpan key, ByteSpan userKey, Expiry expiry, long timeMs) {
    records.selectAlone(table, keyGroup, key);
    this.keyGroup = keyGroup;
    long prefix = TreeLayout.prefix(userKey);
    if (!path.seek(records, node, prefix, userKey)) {
      return 0;
    }
    int i = node.search(prefix, userKey);
    if (i >= 0 && node.isOutOfLine(i)) {
      long timestamp = entry.timestamp(records, node.suffix(i), expiry);
      if (!expiry.isExpired(timestamp, timeMs)) {
        return 0;
      }
      expirations++;
      remove(i);
      return 1;
    }
    int count = node.count();
    int expired = 0;
    for (i = 0; i < count; i++) {
      expired += expiry.isExpired(node.timestamp(i, expiry), timeMs) ? 1 : 0;
    }
    if (expired == 0) {
      return 0;
    }
    changes++;
    expirations++;
    if (expired == count) {
      shape.unlink(path.level);
      return expired;
    }
    shape.makeMutable(node, path.suffixes[path.level]);
    for (i = count - 1; i >= 0; i--) {
      if (expiry.isExpired(node.timestamp(i, expiry), timeMs)) {
        node.remove(i);
      }
    }
    return expired;
  }

  /** Removes all entries under the key; false if there are none. */
  boolean clear(int keyGroup, ByteSpan key) {
    select(keyGroup, key);
    try {
      return node.find(records, 0) && clearAll();
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  /** Removes the tree whose root the node shows; returns true. */
  private boolean clearAll() {
    changes++;
    shape.removed();
    int top = 0;
    int suffix = 0;
    while (true) {
      for (int i = node.count() - 1; i >= 0; i--) {
        if (node.isInner()) {
          if (top == waiting.length) {
            waiting = Arrays.copyOf(waiting, top * 2);
          }
          waiting[top++] = node.suffix(i);
        } else if (node.isOutOfLine(i)) {
          records.removeKnown(node.suffix(i), node.recordBytes(i));
        }
      }
      records.remove(suffix);
      if (top == 0) {
        return true;
      }
      suffix = waiting[--top];
      if (!node.find(records, suffix)) {
        throw node.malformed("no child of suffix " + suffix);
      }
    }
  }

  /** The size of a node that is to hold so many bytes, and more to come. */
  static int capacity(byte kind, int wanted) {
    long loose = Math.max(NODE_BYTES_MIN, wanted + (long) wanted / 2);
    // In few sizes, so that the places of those that are left behind are of use to others.
    return Math.max(wanted, (int) Math.min((loose + 31) & ~31L, bytesMax(kind)));
  }

  static int bytesMax(byte kind) {
    return kind == RecordKind.INNER ? INNER_BYTES_MAX : LEAF_BYTES_MAX;
  }
}
