package io.varve.state;

/**
 * An ordered map a key: values by user keys, which are ordered by their unsigned bytes.
 *
 * <p>Thread: the store's owner.
 */
public final class MapTable implements StateTable {

  private final Tree tree;
  private final CursorPool cursors;

  MapTable(RecordStore records, int table) {
    this.tree = new Tree(records, table, keyGroup -> {});
    this.cursors = new CursorPool(tree);
  }

  @Override
  public int table() {
    return tree.table;
  }

  /** Copies the user key's value into {@code target}; false if there is none. */
  public boolean get(int keyGroup, ByteSpan key, ByteSpan userKey, ByteSpan target) {
    return tree.get(keyGroup, key, userKey, target);
  }

  /** Whether the user key has a value. */
  public boolean contains(int keyGroup, ByteSpan key, ByteSpan userKey) {
    return tree.contains(keyGroup, key, userKey);
  }

  /** Sets the user key's value. */
  public void put(int keyGroup, ByteSpan key, ByteSpan userKey, ByteSpan value) {
    tree.put(keyGroup, key, userKey, value);
  }

  /** Removes the user key and its value; false if there is none. */
  public boolean remove(int keyGroup, ByteSpan key, ByteSpan userKey) {
    return tree.remove(keyGroup, key, userKey);
  }

  /**
   * Takes out what had expired at some moment, of a user key and those beside it.
   *
   * @return how many entries
   */
  int expire(int keyGroup, ByteSpan key, ByteSpan userKey, Expiry expiry, long timeMs) {
    return tree.expire(keyGroup, key, userKey, expiry, timeMs);
  }

  /** A cursor before the map's first entry. */
  public MapCursor cursor(int keyGroup, ByteSpan key) {
    return cursors.cursor(keyGroup, key);
  }

  @Override
  public boolean clear(int keyGroup, ByteSpan key) {
    return tree.clear(keyGroup, key);
  }

  /** Whether the key's map has any entry. */
  @Override
  public boolean contains(int keyGroup, ByteSpan key) {
    return tree.exists(keyGroup, key);
  }

  @Override
  public KeyCursor keys() {
    return new KeyCursor(tree.records, tree.table);
  }
}
