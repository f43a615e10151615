package io.varve.state;

/**
 * One named piece of state: what all kinds of tables can do. A key is any bytes together with its
 * key group; keys of different groups are different keys.
 *
 * <p>Thread: the store's owner.
 */
public interface StateTable {

  /** The number that the store knows this table by. */
  int table();

  /** Removes all that is kept under the key; whether there was anything. */
  boolean clear(int keyGroup, ByteSpan key);

  /** Whether anything is kept under the key. */
  boolean contains(int keyGroup, ByteSpan key);

  /** Goes through all keys under which something is kept, while the table may change. */
  KeyCursor keys();
}
