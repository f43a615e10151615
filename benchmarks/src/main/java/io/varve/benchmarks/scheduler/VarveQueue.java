package io.varve.benchmarks.scheduler;

import io.varve.LogWriter;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.SimulatedTime;
import io.varve.Store;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A log and its scheduler, driven by the thread that appends. */
final class VarveQueue implements DelayQueue {

  static final StreamPartition LOG = new StreamPartition("events", 1, 0);

  private static final int STEP_EVENTS = 16_384;

  private final Path folder;
  private final SimulatedTime time;
  private final Store store;
  private final LogWriter writer;
  private final Scheduler scheduler;
  private final long endMs;

  /**
   * @param startMs the time while events are scheduled
   * @param endMs the time while they are released
   */
  VarveQueue(Path folder, long startMs, long endMs) {
    this.folder = folder;
    this.endMs = endMs;
    time = new SimulatedTime(startMs);
    store = time.open(folder);
    writer = store.openWriter(LOG, LogSettings.defaults(), "benchmark");
    scheduler = store.openScheduler(LOG, SchedulerSettings.of(LOG.stream()), "benchmark");
  }

  @Override
  public String name() {
    return "Varve";
  }

  @Override
  public void schedule(long number, long dueMs, byte[] value) {
    writer.append(
        new Event(
            number,
            time.wallMs(),
            TimestampType.CREATE,
            Encoding.BYTES,
            null,
            Encoding.BYTES,
            value,
            Headers.EMPTY,
            null,
            dueMs));
    if ((number + 1) % STEP_EVENTS == 0) {
      scheduler.step();
    }
  }

  @Override
  public void scheduled() {
    writer.sync();
    while (scheduler.metrics().nextOffset() < writer.nextOffset()) {
      step();
    }
  }

  @Override
  public void release(long count) {
    time.set(endMs);
    while (scheduler.metrics().released() < count || store.stats(READY).nextOffset() < count) {
      step();
    }
  }

  private void step() {
    if (!scheduler.step()) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Override
  public long diskBytes() throws IOException {
    return Folders.bytes(folder);
  }

  @Override
  public void close() {
    scheduler.close();
    writer.close();
    store.close();
  }
}
