package io.varve.delay;

/** Takes entries, in whatever order. */
interface EntryTaker {

  /**
   * Takes one.
   *
   * @param extra the entry's own number
   * @param gone whether it says that an older one with its key and offset is gone
   */
  void take(long key, long offset, long extra, boolean gone);
}
