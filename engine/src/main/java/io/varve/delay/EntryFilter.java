package io.varve.delay;

import java.io.IOException;

/**
 * Those entries of a cursor that are wanted.
 *
 * <p>Thread: confined to one.
 *
 * @param wanted asked for each entry
 */
record EntryFilter(EntryCursor from, Wanted wanted) implements EntryCursor {

  /** Says what is wanted. */
  interface Wanted {
    boolean is(long key, long offset, long extra);
  }

  @Override
  public boolean next() throws IOException {
    while (from.next()) {
      if (wanted.is(from.key(), from.offset(), from.extra())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long key() {
    return from.key();
  }

  @Override
  public long offset() {
    return from.offset();
  }

  @Override
  public long extra() {
    return from.extra();
  }

  @Override
  public boolean isGone() {
    return from.isGone();
  }
}
