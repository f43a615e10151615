package io.varve.connect.source.replay;

import io.varve.base.VarveException;
import io.varve.connect.source.config.BatchLimits;
import io.varve.connect.source.config.SourceSettings;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.TransactionContext;
import org.jspecify.annotations.Nullable;

/**
 * Answers a worker's polls.
 *
 * <p>Without transactions of our own, a poll returns what there is as soon as there is something.
 * With them, each poll is one transaction: it gathers for a while when events come slowly, holds
 * much when they come fast, and its last record commits. So nothing is open between two polls,
 * where a worker may pause the task without telling it: an open transaction would block the topic's
 * readers until the broker ends it, and then fail the task.
 */
public final class Poller {

  /** The longest wait of one poll. */
  static final long WAIT_MS_MAX = 500;

  private static final long WAIT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(WAIT_MS_MAX);

  /** A task that isn't polled for longer than this was held, not just slow. */
  private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The shortest wait for an event that is nearly due: it lets some fall due together. */
  private static final long DUE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(2);

  private final ReplayOrder order;
  private final ReplayClock clock;
  private final BatchLimits pollLimits;
  private final @Nullable TransactionContext transactions;
  private final TransactionSize transactionSize;
  private final long gatherNanos;

  private @Nullable RuntimeException failure;
  private boolean polled;
  private boolean lastFull;
  private int lastEvents;
  private long lastBytes;
  private long lastNanos;

  public Poller(
      ReplayOrder order,
      ReplayClock clock,
      SourceSettings settings,
      @Nullable TransactionContext transactions) {
    this.order = order;
    this.clock = clock;
    this.pollLimits = settings.poll();
    this.transactions = transactions;
    this.transactionSize =
        new TransactionSize(
            settings.poll(), settings.transaction(), settings.transactionIntervalMs());
    this.gatherNanos =
        transactions == null ? 0 : TimeUnit.MILLISECONDS.toNanos(settings.transactionIntervalMs());
  }

  /** The next records, or null if there are none now. */
  public @Nullable List<SourceRecord> poll() throws InterruptedException {
    if (failure != null) {
      throw failure;
    }
    long begun = clock.nanos();
    noteTimeSinceLastPoll(begun);
    Batch batch = new Batch(transactions == null ? pollLimits : transactionSize.limits());
    try {
      gather(batch, begun);
    } catch (InterruptedException e) {
      if (batch.isEmpty()) {
        throw e;
      }
      Thread.currentThread().interrupt();
    } catch (VarveException | ConnectException e) {
      // Readers may go on behind it, so no later poll may ask them.
      failure = e;
      if (batch.isEmpty()) {
        throw e;
      }
      // What came before the trouble is sound: it goes first.
    }
    polled = true;
    lastFull = batch.isFull();
    lastEvents = batch.events();
    lastBytes = batch.bytes();
    lastNanos = clock.nanos();
    if (batch.isEmpty()) {
      return null;
    }
    if (transactions != null) {
      transactions.commitTransaction();
    }
    return batch.records();
  }

  /** Events that the last poll returned. */
  int lastEvents() {
    return lastEvents;
  }

  /** Bytes of keys and values that the last poll returned. */
  public long lastBytes() {
    return lastBytes;
  }

  /** Whether all is replayed. */
  boolean isFinished() {
    return failure == null && order.isFinished();
  }

  private void noteTimeSinceLastPoll(long now) {
    if (!polled) {
      return;
    }
    long away = now - lastNanos;
    if (away > HELD_NANOS) {
      order.held(away);
    }
    if (lastEvents > 0) {
      transactionSize.sent(lastFull, away);
    }
  }

  private void gather(Batch batch, long begun) throws InterruptedException {
    long now = begun;
    while (true) {
      order.fill(batch, now);
      now = clock.nanos();
      long until = begun + (batch.isEmpty() ? WAIT_NANOS_MAX : gatherNanos);
      if (batch.isFull() || now >= until || (order.isFinished() && !batch.isEmpty())) {
        return;
      }
      await(until - now, now);
      now = clock.nanos();
    }
  }

  private void await(long nanos, long now) throws InterruptedException {
    long due = Math.max(DUE_NANOS_MIN, order.untilDueNanos(now));
    long wait = Math.min(nanos, due);
    long begun = clock.nanos();
    if (order.await(wait)) {
      return;
    }
    long left = wait - (clock.nanos() - begun);
    if (left > 0) {
      clock.sleep(left);
    }
  }
}
