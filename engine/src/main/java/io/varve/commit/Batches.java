package io.varve.commit;

import io.varve.format.BatchBuilder;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The batches of all of a store's writers: how many bytes wait to be written, and empty ones to
 * fill again.
 *
 * <p>Thread: safe.
 */
public final class Batches {

  private static final int FIRST_BYTES = 16 << 10;
  private static final int IDLE_MAX = 64;

  private final long waitingBytesMax;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final ConcurrentLinkedQueue<BatchBuilder> idle = new ConcurrentLinkedQueue<>();

  /**
   * @param waitingBytesMax how many bytes may wait to be written before writers are told to hold
   *     back
   */
  public Batches(long waitingBytesMax) {
    this.waitingBytesMax = waitingBytesMax;
  }

  /** An empty batch. */
  BatchBuilder take() {
    BatchBuilder batch = idle.poll();
    return batch == null ? new BatchBuilder(FIRST_BYTES) : batch;
  }

  /** Whether so much waits that no more should be handed over. */
  boolean full() {
    return waitingBytes.get() >= waitingBytesMax;
  }

  /** Counts a batch as waiting. */
  void waiting(BatchBuilder batch) {
    waitingBytes.addAndGet(batch.payloadBytes());
  }

  /** Counts a batch as written, or given up, and keeps it for another use. */
  void written(BatchBuilder batch, int batchBytes) {
    waitingBytes.addAndGet(-batch.payloadBytes());
    give(batch, batchBytes);
  }

  /** Keeps a batch that was not handed over; one that a huge event has blown up is let go. */
  void give(BatchBuilder batch, int batchBytes) {
    if (batch.capacity() <= 2 * batchBytes && idle.size() < IDLE_MAX) {
      batch.clear();
      idle.add(batch);
    }
  }
}
