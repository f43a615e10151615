package io.varve.state;

import java.util.Arrays;

/**
 * An ordered set of byte strings a key group, in the order of their unsigned bytes: made to be
 * polled from its first element on, as a queue of timers is.
 *
 * <p>A set is a tree without values under an empty key. Where each set's first leaf is, is kept in
 * mind, so that polling goes there at once.
 *
 * <p>Thread: the store's owner.
 */
public final class OrderedTable implements StateTable {

  private static final ByteSpan EMPTY = new ByteSpan();

  private final Tree tree;
  private final CursorPool cursors;

  /** By key group, the suffix of the first leaf; 0 is the root, and where nothing is known. */
  private int[] firstLeaves = new int[128];

  OrderedTable(RecordStore records, int table) {
    this.tree = new Tree(records, table, this::forgetFirstLeaf);
    this.cursors = new CursorPool(tree);
  }

  @Override
  public int table() {
    return tree.table;
  }

  /** Adds an element; false if it is there already. */
  public boolean add(int keyGroup, ByteSpan element) {
    return tree.add(keyGroup, EMPTY, element);
  }

  /** Removes an element; false if it isn't there. */
  public boolean remove(int keyGroup, ByteSpan element) {
    return tree.remove(keyGroup, EMPTY, element);
  }

  /** Whether the element is there. */
  public boolean containsElement(int keyGroup, ByteSpan element) {
    return tree.contains(keyGroup, EMPTY, element);
  }

  /** Copies the first element into {@code target}; false if there is none. */
  public boolean first(int keyGroup, ByteSpan target) {
    if (!findFirst(keyGroup)) {
      return false;
    }
    tree.node.key(0, target);
    return true;
  }

  /** Removes the first element, and copies it into {@code target}; false if there is none. */
  public boolean pollFirst(int keyGroup, ByteSpan target) {
    if (!findFirst(keyGroup)) {
      return false;
    }
    try {
      tree.node.key(0, target);
      if (tree.node.count() > 1) {
        tree.removeFirst(firstLeaves[keyGroup]);
      } else {
        // The leaf goes, so the way to it is needed.
        tree.path.first(tree.records, tree.node);
        tree.remove(0);
      }
      return true;
    } catch (RuntimeException | Error e) {
      tree.records.failed(e);
      throw e;
    }
  }

  private boolean findFirst(int keyGroup) {
    tree.select(keyGroup, EMPTY);
    if (keyGroup >= firstLeaves.length) {
      firstLeaves = Arrays.copyOf(firstLeaves, Math.max(keyGroup + 1, keyGroup * 2));
    }
    int leaf = firstLeaves[keyGroup];
    if (leaf != 0 && tree.node.find(tree.records, leaf)) {
      return true;
    }
    if (!tree.path.first(tree.records, tree.node)) {
      return false;
    }
    firstLeaves[keyGroup] = tree.path.suffixes[tree.path.level];
    return true;
  }

  private void forgetFirstLeaf(int keyGroup) {
    if (keyGroup < firstLeaves.length) {
      firstLeaves[keyGroup] = 0;
    }
  }

  /** Whether there is no element. */
  public boolean isEmpty(int keyGroup) {
    return !tree.exists(keyGroup, EMPTY);
  }

  /** The number of elements; counted leaf by leaf. */
  public long size(int keyGroup) {
    tree.select(keyGroup, EMPTY);
    long size = 0;
    long leavesMax = tree.records.records();
    for (boolean more = tree.path.first(tree.records, tree.node);
        more;
        more = tree.path.next(tree.records, tree.node)) {
      size += tree.node.count();
      if (--leavesMax < 0) {
        throw tree.node.malformed("more leaves than there are records");
      }
    }
    return size;
  }

  /** A cursor before the first element, which is shown as a key without a value. */
  public MapCursor cursor(int keyGroup) {
    return cursors.cursor(keyGroup, EMPTY);
  }

  /** Removes all elements of a key group; the key is empty. */
  @Override
  public boolean clear(int keyGroup, ByteSpan key) {
    return tree.clear(keyGroup, key);
  }

  /** Whether a key group has any element; the key is empty. */
  @Override
  public boolean contains(int keyGroup, ByteSpan key) {
    return tree.exists(keyGroup, key);
  }

  /** Shows, with an empty key, every key group that has elements. */
  @Override
  public KeyCursor keys() {
    return new KeyCursor(tree.records, tree.table);
  }
}
