package io.varve.state;

/**
 * Goes through the entries of one map, or the elements of one ordered set, in the order of their
 * keys' unsigned bytes. Whatever is changed meanwhile, by the cursor or past it: it goes on behind
 * the last key that it showed, and shows what is there by then.
 *
 * <p>It holds a copy of one leaf, so any number of cursors may be open. Who closes it spares the
 * next one some garbage; nothing else depends on it.
 *
 * <p>Thread: the store's owner.
 */
public final class MapCursor implements AutoCloseable {

  private final Tree tree;
  private final CursorPool pool;
  private final ByteSpan key = new ByteSpan();
  private final ByteSpan userKey = new ByteSpan();
  private final ByteSpan value = new ByteSpan();
  private final TreePath path = new TreePath();
  private final LeafCopy leaf = new LeafCopy();
  private int keyGroup;
  private boolean open;

  /** Where in the copy it stands; -1 before the first entry. */
  private int at;

  /** Whether there is a leaf behind the one that is copied. */
  private boolean last;

  /** Whether the cursor is at an entry that it hasn't changed itself. */
  private boolean unchanged;

  private boolean begun;

  /** Whether a value in a record of its own has been asked for. */
  private boolean reads;

  /** The filling of the store's batch that has values of the leaf; 0: there is none. */
  private long batch;

  // As long as the tree says so, copy and path are right.
  private long changes;
  private long expirations;
  private long splits;
  private long removals;

  MapCursor(Tree tree, CursorPool pool) {
    this.tree = tree;
    this.pool = pool;
  }

  MapCursor begin(int keyGroup, ByteSpan key) {
    this.keyGroup = keyGroup;
    this.key.copy(key.array(), key.offset(), key.length());
    open = true;
    begun = false;
    reads = false;
    batch = 0;
    unchanged = false;
    last = false;
    at = -1;
    leaf.clear();
    return this;
  }

  /** Goes to the next entry; false if there is none. */
  public boolean next() {
    checkOpen();
    if (begun && isCurrent()) {
      if (at + 1 < leaf.count()) {
        show(at + 1);
        return true;
      }
      if (last) {
        unchanged = false;
        return false;
      }
    }
    return load();
  }

  private void show(int i) {
    at = i;
    unchanged = true;
    leaf.key(i, userKey);
  }

  private boolean load() {
    tree.select(keyGroup, key);
    TreeNode node = tree.node;
    int from = 0;
    boolean found;
    if (!begun) {
      found = path.first(tree.records, node);
    } else if (isCurrent()) {
      found = nextLeaf();
    } else {
      long prefix = TreeLayout.prefix(userKey);
      found = path.seek(tree.records, node, prefix, userKey);
      if (found) {
        int i = node.search(prefix, userKey);
        from = i >= 0 ? i + 1 : -1 - i;
        if (from == node.count()) {
          from = 0;
          found = nextLeaf();
        }
      }
    }
    changes = tree.changes();
    expirations = tree.expirations();
    splits = tree.splits();
    removals = tree.removals();
    if (!found) {
      // Later keys may still come.
      leaf.clear();
      at = -1;
      last = begun;
      unchanged = false;
      return false;
    }
    begun = true;
    last = path.isLast();
    node.copy(leaf);
    batch = 0;
    show(from);
    return true;
  }

  private boolean nextLeaf() {
    TreeNode node = tree.node;
    if (!path.next(tree.records, node)) {
      return false;
    }
    // Else a damaged tree, tied into a knot, could have no end.
    if (node.search(TreeLayout.prefix(userKey), userKey) != -1) {
      throw node.malformed("a leaf whose keys are not behind those of the leaf before");
    }
    return true;
  }

  /** The entry's key; good until the next {@link #next}. */
  public ByteSpan userKey() {
    return userKey;
  }

  /**
   * The entry's value; good until the next {@link #next}.
   *
   * @throws IllegalStateException if the cursor is at no entry, or it has been removed
   */
  public ByteSpan value() {
    checkOpen();
    if (unchanged) {
      if (!leaf.isOutOfLine(at)) {
        leaf.value(at, value);
        return value;
      }
      if (isCurrent()) {
        if (!readAhead()) {
          tree.getOutOfLine(keyGroup, key, leaf.suffix(at), value);
        }
        return value;
      }
    }
    if (!begun || !tree.get(keyGroup, key, userKey, value)) {
      throw new IllegalStateException("The cursor's entry is not there");
    }
    return value;
  }

  /** Takes the value from the batch, where it is if several have been asked for. */
  private boolean readAhead() {
    RecordBatch from = tree.records.batch;
    if (batch != 0 && from.isOf(batch) && !from.reaches(at)) {
      batch = 0;
    }
    if (batch == 0) {
      if (!reads) {
        // Perhaps only the first is wanted.
        reads = true;
        return false;
      }
      batch = tree.readAhead(keyGroup, key, leaf, at);
    }
    // Two that take turns in filling it would read all again and again; one of them goes without.
    return batch != 0
        && from.isOf(batch)
        && from.wasAdded(at)
        && from.at() >= 0
        && TreeEntry.copy(from.buffer(), from.at(), value);
  }

  /** Removes the entry that the cursor is at, from the map. It may be gone already. */
  public void remove() {
    checkEntry();
    boolean current = isCurrent();
    tree.remove(keyGroup, key, userKey);
    changed(current);
  }

  /** Sets the value of the entry that the cursor is at, or puts it back if it is gone. */
  public void set(ByteSpan value) {
    checkEntry();
    boolean current = isCurrent();
    tree.put(keyGroup, key, userKey, value);
    changed(current);
  }

  /** Whether nobody has changed the tree but this cursor, which has followed. */
  private boolean isCurrent() {
    return changes == tree.changes();
  }

  private void changed(boolean wasCurrent) {
    unchanged = false;
    if (wasCurrent
        && expirations == tree.expirations()
        && splits == tree.splits()
        && removals == tree.removals()) {
      changes = tree.changes();
    }
  }

  /** Lets the cursor be used for another map; nobody must touch it any more. */
  @Override
  public void close() {
    if (open) {
      open = false;
      leaf.clear();
      pool.take(this);
    }
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException("The cursor is closed");
    }
  }

  private void checkEntry() {
    checkOpen();
    if (!begun) {
      throw new IllegalStateException("The cursor is before the first entry");
    }
  }
}
