package io.varve;

import io.varve.base.Clock;
import io.varve.commit.LogSettings;
import io.varve.delay.TimerMemory;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Release;
import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A store on real files with a log of delayed events; its clock stands still until it is moved. */
final class ScheduledStore implements AutoCloseable {

  static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  static final StreamPartition READY = new StreamPartition("orders.ready", 1, 0);

  /** A whole minute, and hour. */
  static final long NOW = 1_800_000_000_000L;

  final Path path;
  final Store store;
  LogWriter writer;
  private volatile long nowMs = NOW;

  ScheduledStore(Path path) {
    this.path = path;
    this.store =
        Store.open(
            new PosixDirectory(path),
            StoreSettings.defaults(),
            clock(),
            new ThreadedWork(2, "test"),
            ProcessId.instance());
    this.writer = store.openWriter(LOG, LogSettings.defaults(), "producer");
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public long wallMs() {
        return nowMs;
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }
    };
  }

  void now(long ms) {
    nowMs = ms;
  }

  /** An event that is not delayed. */
  Event event(String value) {
    return Event.of(writer.nextOffset(), NOW, bytes("key"), bytes(value));
  }

  void send(Event event) {
    writer.append(event);
    writer.sync();
  }

  void cancel(String id) {
    send(Delayed.cancel(writer.nextOffset(), NOW, null, id));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** So little memory that a few dozen timers go to files. */
  static SchedulerSettings settings() {
    return SchedulerSettings.of(LOG.stream())
        .withMemory(new TimerMemory(100, 50, 1024, 20, 30, 64));
  }

  Scheduler scheduler() {
    return scheduler(settings());
  }

  Scheduler scheduler(SchedulerSettings settings) {
    return store.openScheduler(LOG, settings, "scheduler");
  }

  /** Lets it do all there is to do at this time, durably. */
  static void settle(Scheduler scheduler) {
    for (int idle = 0; idle < 5; ) {
      boolean busy = scheduler.step();
      idle = busy || scheduler.isCommitting() ? 0 : idle + 1;
    }
  }

  /** What has been released: the value, and when it was due, from {@link #NOW} on. */
  List<String> released() {
    List<String> released = new ArrayList<>();
    for (Event event : ready()) {
      Release release = Releases.of(event, READY);
      String value = new String(Objects.requireNonNull(event.value()), StandardCharsets.UTF_8);
      released.add(value + " " + (release.dueMs() - NOW));
    }
    return released;
  }

  List<Event> ready() {
    List<Event> events = new ArrayList<>();
    if (store.contains(READY)) {
      try (LogReader reader = store.openReader(READY, ReadRange.all())) {
        while (reader.next()) {
          events.add(reader.event().toEvent());
        }
      }
    }
    return events;
  }

  @Override
  public void close() {
    writer.close();
    store.close();
  }
}
