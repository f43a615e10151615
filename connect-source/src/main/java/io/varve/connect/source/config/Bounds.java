package io.varve.connect.source.config;

/**
 * The part of each log that is replayed: offsets in [startOffset, endOffset) whose timestamps are
 * in [startTimeMs, endTimeMs). What is not set doesn't bound.
 *
 * @param startOffset 0 if not set
 * @param endOffset {@link Long#MAX_VALUE} if not set
 * @param startTimeMs {@link Long#MIN_VALUE} if not set
 * @param endTimeMs {@link Long#MAX_VALUE} if not set
 */
public record Bounds(long startOffset, long endOffset, long startTimeMs, long endTimeMs) {

  /** Everything. */
  public static final Bounds NONE = new Bounds(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);
}
