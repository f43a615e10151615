package io.varve.testkit;

/** A folder or a file. */
abstract sealed class Node permits Folder, Bytes {

  private static final long MANY = 1L << 32;

  /** How many states of it may be found, or {@link Long#MAX_VALUE} for very many. */
  abstract long survivors();

  static long times(long some, long others) {
    return some > MANY / others ? Long.MAX_VALUE : some * others;
  }
}
