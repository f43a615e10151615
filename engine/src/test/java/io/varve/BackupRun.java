package io.varve;

import io.varve.backup.Repository;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A store with two logs on a {@link CrashDisk}, and a repository beside it. */
final class BackupRun {

  static final StreamPartition ORDERS = new StreamPartition("orders", 1, 0);
  static final StreamPartition OTHER = new StreamPartition("other", 2, 3);
  static final LogSettings TINY =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024).withSegmentMs(1 << 20);

  final CrashDisk disk;
  final ManualClock clock = new ManualClock();
  final ManualWork work = new ManualWork(0);

  /** Of all runs together, for the openings of a store have names of their own for ever. */
  private static final Random RANDOM = new Random(7);

  BackupRun(CrashDisk disk) {
    this.disk = disk;
  }

  /** Opens the store in {@code folder} in a process of its own. */
  Store open(String folder) {
    return open(disk.process(), folder);
  }

  Store open(CrashProcess process, String folder) {
    return Store.open(
        process.root().folder(folder),
        StoreSettings.defaults(),
        clock,
        work,
        process.instance(RANDOM));
  }

  Store openReadOnly(CrashProcess process, String folder) {
    return Store.openReadOnly(process.root().folder(folder), clock, work, process.instance(RANDOM));
  }

  Repository repository(CrashProcess process) {
    return Repository.create(process.root().folder("repository"), clock);
  }

  Repository repository() {
    return repository(disk.process());
  }

  /** Appends so many events at the next offsets and commits them. */
  void append(LogWriter writer, int count) {
    for (int i = 0; i < count; i++) {
      long offset = writer.nextOffset();
      writer.append(Event.of(offset, clock.wallMs(), new byte[] {(byte) offset}, value(offset)));
      work.runAll();
    }
    writer.commit();
    work.runAll();
  }

  private static byte[] value(long offset) {
    byte[] value = new byte[500];
    new Random(offset).nextBytes(value);
    return value;
  }

  /** A store whose logs have sealed segments, one whose writer died, and an open one. */
  static BackupRun written() {
    BackupRun run = new BackupRun(new CrashDisk());
    CrashProcess died = run.disk.process();
    Store first = run.open(died, "source");
    first.schemas().put(7, new byte[] {1, 2, 3});
    run.append(first.openWriter(ORDERS, TINY, "test"), 12);
    LogWriter other = first.openWriter(OTHER, TINY, "test");
    run.append(other, 3);
    other.close(Duration.ZERO);
    died.kill();
    return run;
  }

  static List<Event> read(Store store, StreamPartition log) {
    List<Event> events = new ArrayList<>();
    try (LogReader reader = store.openReader(log, ReadRange.all())) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }
    return events;
  }

  /** What every log of a store holds. */
  static List<List<Event>> readAll(Store store) {
    return List.of(read(store, ORDERS), read(store, OTHER));
  }

  /** What a call throws that must throw something of ours. */
  static VarveException failureOf(Runnable call) {
    try {
      call.run();
    } catch (VarveException e) {
      return e;
    }
    throw new AssertionError("Nothing was thrown");
  }
}
