package io.varve.delay;

import io.varve.format.EntryBlock;

/**
 * A place in the order of entries: by keys, and where they are equal by offsets.
 *
 * @param key a timer's due time, or the hash of an id
 */
public record Place(long key, long offset) {

  /** Behind all entries. */
  static final Place END = new Place(Long.MAX_VALUE, Long.MAX_VALUE);

  /** Whether an entry comes before this place. */
  public boolean isBehind(long otherKey, long otherOffset) {
    return EntryBlock.isBefore(otherKey, otherOffset, key, offset);
  }
}
