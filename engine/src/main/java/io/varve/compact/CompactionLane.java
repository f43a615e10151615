package io.varve.compact;

import io.varve.base.Clock;
import io.varve.work.IoBudget;
import io.varve.work.Work;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the compaction of all of a store's logs shares: one strand, one I/O budget, and memory for
 * the keys of one pass. So one log at a time is compacted.
 *
 * <p>Thread: safe.
 */
public final class CompactionLane {

  /** How often a pass goes on; the budget says how far. */
  private static final long STEP_MS = 20;

  private final Work work;
  private final Executor strand;
  private final IoBudget budget;
  private final long keyBytesMax;
  private final AtomicBoolean taken = new AtomicBoolean();

  /**
   * @param bytesPerSecond how many bytes may be read and written in a second
   * @param keyBytesMax memory for the keys of one pass
   */
  public CompactionLane(Work work, Clock clock, long bytesPerSecond, long keyBytesMax) {
    this.work = work;
    this.strand = work.strand();
    this.budget = new IoBudget(bytesPerSecond, clock);
    this.keyBytesMax = keyBytesMax;
  }

  Executor strand() {
    return strand;
  }

  IoBudget budget() {
    return budget;
  }

  long keyBytesMax() {
    return keyBytesMax;
  }

  /** Has {@code step} run on the strand again and again. */
  Work.Repeating repeat(Runnable step) {
    return work.every(STEP_MS, () -> strand.execute(step));
  }

  /** Takes the lane, unless another log has it. */
  boolean take() {
    return taken.compareAndSet(false, true);
  }

  /** Leaves the lane to other logs. */
  void leave() {
    taken.set(false);
  }
}
