package io.varve.connect.source.replay;

/** Chooses which partition's events come next. */
public interface ReplayOrder {

  /** Adds what can be sent at {@code nowNanos}, until the batch is full. */
  void fill(Batch batch, long nowNanos);

  /** Whether there will never be anything more. */
  boolean isFinished();

  /**
   * How long it may take, in nanoseconds, until there can be more to send without anything being
   * archived; {@link Long#MAX_VALUE} if that won't happen.
   */
  long untilDueNanos(long nowNanos);

  /** Waits for something to be archived. Returns early if it is; at once if nothing can be. */
  boolean await(long nanos) throws InterruptedException;

  /** Tells that the replay was held for so long. */
  void held(long nanos);
}
