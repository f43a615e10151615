package io.varve.connect.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Events that were sent to the dead letter queue and are not known to have arrived. The log's
 * position may pass them only when they have: what is neither archived nor in the queue would be
 * lost.
 *
 * <p>Thread: confined to the task's.
 */
final class ErrantRun {

  private final @Nullable ErrantRecordReporter queue;
  private final List<Future<Void>> reports = new ArrayList<>();

  /**
   * @param queue null if the connector has none
   */
  ErrantRun(@Nullable ErrantRecordReporter queue) {
    this.queue = queue;
  }

  boolean isEmpty() {
    return reports.isEmpty();
  }

  /**
   * Sends an event to the dead letter queue.
   *
   * @param name its topic, partition and offset
   * @throws ConnectException if there is no queue
   */
  void report(SinkRecord record, String name, RuntimeException why) {
    String what = name + " can't be stored: " + why.getMessage();
    if (queue == null) {
      throw new ConnectException(
          what
              + ". The connector has no dead letter queue to send it to: set errors.tolerance=all"
              + " and errors.deadletterqueue.topic.name, or a transform that drops it",
          why);
    }
    reports.add(queue.report(record, new ConnectException(what, why)));
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
