package io.varve.delay;

import java.io.IOException;

/**
 * Goes over entries by rising key and offset, none twice.
 *
 * <p>Thread: confined to one.
 */
interface EntryCursor {

  /** Steps to the next entry; false if there is none. */
  boolean next() throws IOException;

  long key();

  long offset();

  /** The entry's own number. */
  long extra();

  /** Whether the entry says that an older one with its key and offset is gone. */
  boolean isGone();
}
