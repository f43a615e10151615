package io.varve;

import io.varve.delay.Batch;
import io.varve.delay.PendingTimers;
import io.varve.delay.TimerMemory;
import io.varve.format.BatchCursor;
import io.varve.format.PackedEvent;
import io.varve.view.LogBlocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The events of timers that are due soon, in memory before they are: read batch by batch in the
 * background, or kept as they came. What is in neither is read when it is due.
 *
 * <p>Thread: confined to the scheduler's; batches are read by another.
 */
final class EventsAhead {

  /** Timers that are due within as many milliseconds are taken together. */
  private static final long AHEAD_MS = 60_000;

  /**
   * At first so few are, so that what is due next is soon read; then it is four times as much with
   * each batch.
   */
  private static final long AHEAD_MS_MIN = 250;

  /** While one batch is released the next one is read. */
  private static final int BATCHES = 2;

  /** What an event takes, as long as nothing is known of them. */
  private static final int EVENT_BYTES = 256;

  private static final int COUNT_MIN = 1024;

  private final PendingTimers timers;
  private final LogBlocks blocks;
  private final Executor background;
  private final int countMax;

  /** Of each batch, and of what is kept. */
  private final long bytesMax;

  private final RecentEvents recent;
  private final List<BatchReading> readings = new ArrayList<>();
  private int eventBytes = EVENT_BYTES;
  private long stepMs = AHEAD_MS_MIN;

  /**
   * The events of all timers that are due up to then are in memory, or will be; but for single ones
   * that it had no room for.
   */
  private long coveredMs = Long.MIN_VALUE;

  EventsAhead(PendingTimers timers, LogBlocks blocks, Executor background, TimerMemory memory) {
    this.timers = timers;
    this.blocks = blocks;
    this.background = background;
    this.countMax = Math.min(memory.ahead(), 1 << BatchReading.COUNT_BITS);
    this.bytesMax = memory.aheadBytes() / (BATCHES + 1);
    this.recent = new RecentEvents(bytesMax);
  }

  /**
   * Sees to it that the events of the next timers are being read.
   *
   * @return whether it has begun to read some
   */
  boolean tend(long nowMs) throws IOException {
    boolean begun = false;
    recent.forgetBefore(timers.nextDueMs());
    for (Iterator<BatchReading> each = readings.iterator(); each.hasNext(); ) {
      BatchReading reading = each.next();
      if (reading.batch().isEmpty()) {
        each.remove();
      } else {
        begun |= reading.goOn(background);
      }
      if (reading.eventBytes() > 0) {
        eventBytes = reading.eventBytes();
      }
    }
    if (coveredMs > nowMs + AHEAD_MS) {
      // The clock went back.
      coveredMs = Long.MIN_VALUE;
    }
    if (readings.size() < BATCHES && coveredMs < nowMs + AHEAD_MS / 2) {
      stepMs = coveredMs < nowMs ? AHEAD_MS_MIN : Math.min(AHEAD_MS, 4 * stepMs);
      begun |= take(Math.min(nowMs + AHEAD_MS, Math.max(nowMs, coveredMs) + stepMs));
    }
    return begun;
  }

  /** Takes the next timers; returns whether there are any. */
  private boolean take(long untilMs) throws IOException {
    long fitting = recent.count() + Math.max(COUNT_MIN, bytesMax / eventBytes);
    Batch batch = timers.takeAhead(untilMs, (int) Math.min(countMax, fitting));
    if (batch != null) {
      blocks.refresh();
      BatchReading reading = new BatchReading(batch, blocks, bytesMax);
      int given = 0;
      for (int i = 0; i < batch.count() && batch.dueMs(i) <= coveredMs; i++) {
        if (recent.has(batch.dueMs(i), batch.offset(i))) {
          reading.isKept(i);
          given += given == i ? 1 : 0;
        }
      }
      batch.letGive(given);
      readings.add(reading);
      reading.goOn(background);
    }
    coveredMs = Math.min(untilMs, timers.takenAheadMs());
    return batch != null;
  }

  /** Keeps an event that came, if it is due soon. */
  void keep(BatchCursor event, long dueMs, long nowMs) {
    // What is due by now is released together with what came beside it.
    if (dueMs > nowMs && dueMs <= coveredMs) {
      coveredMs = Math.min(coveredMs, recent.add(event, dueMs) - 1);
    }
  }

  /**
   * Has {@code event} stand on the event of the timer that the timers have stepped to; false if it
   * has to be read.
   */
  boolean get(PackedEvent event) {
    Batch batch = timers.batch();
    if (batch != null) {
      for (BatchReading reading : readings) {
        if (reading.batch() == batch && reading.get(timers.index(), event)) {
          return true;
        }
      }
    }
    return recent.get(timers.dueMs(), timers.offset(), event);
  }

  /** Bytes of memory that it takes. */
  long bytes() {
    long bytes = recent.bytes();
    for (BatchReading reading : readings) {
      bytes += reading.bytes();
    }
    return bytes;
  }
}
