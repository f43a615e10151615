package io.varve.connect.source.schedule;

import io.varve.connect.source.replay.Batch;
import io.varve.connect.source.replay.ReplayOrder;
import io.varve.event.EventView;
import java.util.List;

/**
 * Takes what is ready of each log in turn; each time another one is first.
 *
 * <p>Thread: confined to the task's.
 */
final class ReadyOrder implements ReplayOrder {

  /** A slow disk must not hold a poll up: no further log is begun after so long. */
  private static final long FILL_NANOS_MAX = 300_000_000;

  /** One log, and what its events become. */
  record Line(LogSchedule schedule, ReadyRecords records, Delivered delivered) {}

  private final List<Line> lines;
  private final Bell bell;
  private int turn;

  ReadyOrder(List<Line> lines, Bell bell) {
    this.lines = List.copyOf(lines);
    this.bell = bell;
  }

  @Override
  public void fill(Batch batch, long nowNanos) {
    long begun = System.nanoTime();
    for (int i = 0; i < lines.size(); i++) {
      if (batch.isFull() || (i > 0 && System.nanoTime() - begun > FILL_NANOS_MAX)) {
        // There may be more: the next wait is none.
        bell.ring();
        return;
      }
      take(lines.get(turn), batch);
      turn = (turn + 1) % lines.size();
    }
  }

  private static void take(Line line, Batch batch) {
    ReadyLog ready = line.schedule.ready();
    if (ready == null) {
      return;
    }
    long events = 0;
    long bytes = 0;
    while (!batch.isFull() && ready.isReady()) {
      EventView event = ready.event();
      long eventBytes = Math.max(0, event.keyLength()) + (long) Math.max(0, event.valueLength());
      // Events become readable while others are taken, so each has a time of its own.
      batch.add(line.records.of(event, System.currentTimeMillis()), eventBytes);
      ready.taken();
      line.delivered.add(line.records.lateMs());
      events++;
      bytes += eventBytes;
    }
    line.delivered.update(ready, events, bytes);
  }

  @Override
  public boolean isFinished() {
    return false;
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean await(long nanos) throws InterruptedException {
    return bell.await(nanos);
  }

  @Override
  public void held(long nanos) {}
}
