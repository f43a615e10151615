package io.varve.connect.sink;

import io.varve.base.FencedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.connect.common.TakeBack;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time in which a partition's log can't be written: when to try again, and when to give up. A
 * full disk is waited for as long as it takes; other failures of the disk only a few times, and so
 * is one that has taken the log over.
 *
 * <p>Thread: confined to the task's.
 */
final class Outage {

  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
  private static final long FIRST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int FAILURES_MAX = 6;

  private final TakeBack takeBack = new TakeBack();
  private int failures;
  private long retryNanos;
  private @Nullable VarveException cause;

  /** Whether it is time to try again. */
  boolean isOver(long nowNanos) {
    return cause == null || nowNanos - retryNanos >= 0;
  }

  /** The log was open and its disk failed. */
  void began(TopicPartition source, StoreFailedException failure, long nowNanos) {
    note(failure, nowNanos);
    if (!failure.diskFull() && failures > FAILURES_MAX) {
      throw gaveUp(source, failure);
    }
    LOG.warn("Can't write the log of {} for now", source, failure);
  }

  /** The log could not be opened. */
  void failedToOpen(TopicPartition source, StoreFailedException failure, long nowNanos) {
    boolean first = cause == null;
    note(failure, nowNanos);
    if (!failure.diskFull() && (first || failures > FAILURES_MAX)) {
      throw gaveUp(source, failure);
    }
    LOG.warn("Can't open the log of {} for now: {}", source, failure.getMessage());
  }

  /** Another has taken the log over, or was quicker to open it. */
  void takenOver(TopicPartition source, FencedException fenced, long nowNanos) {
    long waitNanos = takeBack.waitNanos();
    if (waitNanos == TakeBack.NEVER) {
      throw gaveUp(source, fenced, TakeBack.advice());
    }
    retryNanos = nowNanos + waitNanos;
    cause = fenced;
    LOG.warn(
        "{}: {}. If the partition is still this task's, it takes the log back in {} ms",
        source,
        fenced.getMessage(),
        retryMs(nowNanos));
  }

  /** Events were made durable: all is well. */
  void ended(long nowNanos) {
    takeBack.written(nowNanos);
    failures = 0;
    cause = null;
  }

  /** Milliseconds until it is time to try again, from 1. */
  long retryMs(long nowNanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(retryNanos - nowNanos));
  }

  /** What to tell the worker's log. */
  String reason() {
    VarveException failure = cause;
    if (failure == null) {
      return "it is not open yet";
    }
    return failure instanceof StoreFailedException failed && failed.diskFull()
        ? "the disk is full; it goes on when there is room (" + failure.getMessage() + ")"
        : String.valueOf(failure.getMessage());
  }

  private void note(StoreFailedException failure, long nowNanos) {
    long wait = Math.min(LONGEST_WAIT_NANOS, FIRST_WAIT_NANOS << Math.min(failures, 8));
    failures++;
    retryNanos = nowNanos + wait;
    cause = failure;
  }

  private static ConnectException gaveUp(TopicPartition source, StoreFailedException failure) {
    return gaveUp(
        source,
        failure,
        ". Repair the disk or the folder, then restart the task; nothing that was acknowledged is"
            + " lost");
  }

  private static ConnectException gaveUp(
      TopicPartition source, VarveException failure, String advice) {
    return new ConnectException(
        "Can't archive " + source + ": " + failure.getMessage() + advice, failure);
  }
}
