package io.varve.connect.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * Events that were sent to the dead letter queue and are not known to have arrived. The log's
 * position may pass them only when they have: what is neither archived nor in the queue would be
 * lost.
 *
 * <p>Thread: confined to the task's.
 */
final class ErrantRun {

  private final List<Future<Void>> reports = new ArrayList<>();

  boolean isEmpty() {
    return reports.isEmpty();
  }

  void add(Future<Void> report) {
    reports.add(report);
  }

  void clear() {
    reports.clear();
  }

  /**
   * Waits until all have arrived, and forgets them then.
   *
   * @param waitNanos how long at most; 0 or less only looks
   * @return false if one is still under way
   * @throws ConnectException if one could not be delivered
   */
  boolean settle(long waitNanos) {
    long deadlineNanos = System.nanoTime() + waitNanos;
    for (Future<Void> report : reports) {
      try {
        long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
        report.get(leftNanos, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        throw new ConnectException(
            "An event that can't be stored could not be sent to the dead letter queue either: "
                + e.getMessage(),
            e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    reports.clear();
    return true;
  }
}
