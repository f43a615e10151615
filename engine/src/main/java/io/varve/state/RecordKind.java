package io.varve.state;

/**
 * What a record of a list, a map or an ordered set is: its value's first byte, so that a record can
 * be understood wherever it is met. The record of a plain value has no kind.
 */
final class RecordKind {

  /** A tree's node that holds entries. */
  static final byte LEAF = 1;

  /** A tree's node that leads to others. */
  static final byte INNER = 2;

  /** An entry of a map that is too large for a leaf: user key and value. */
  static final byte ENTRY = 3;

  /** A list's first record: how many chunks there are, and the bytes behind them. */
  static final byte LIST_HEAD = 4;

  /** Bytes of a list. */
  static final byte LIST_CHUNK = 5;

  private RecordKind() {}
}
