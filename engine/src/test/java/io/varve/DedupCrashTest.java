package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.dedup.DedupSettings;
import io.varve.dedup.MemoryBuckets;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.DedupModel;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.Nightly;
import io.varve.testkit.ProcessDied;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A log that stores ids once, on a disk whose power goes at random moments, with buckets that are
 * there once they are saved. However often that happens, the log is the one that there would be
 * without it; and no bucket is found that tells of events which the log has lost.
 *
 * <p>{@code -Dsimulation.seed=N} runs one seed, {@code -Dsimulation.seeds=N} the first so many.
 */
final class DedupCrashTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final long TTL_MS = 100_000;
  private static final int COUNT = 8_000;

  private final AtomicLong crashes = new AtomicLong();
  private final AtomicInteger bucketsMost = new AtomicInteger();

  @Test
  void aLogIsTheSameHoweverOftenThePowerGoes() {
    Long one = Long.getLong("simulation.seed");
    long count = one != null ? 1 : Long.getLong("simulation.seeds", Nightly.either(150, 100_000));
    Nightly.threads(count)
        .map(number -> one != null ? one : number)
        .forEach(
            seed -> {
              try {
                run(seed);
              } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dsimulation.seed=" + seed, e);
              }
            });
    System.out.println("Logs that store ids once: " + count + ", crashes: " + crashes);
    assertThat(one != null || crashes.get() > 4 * count).isTrue();
    assertThat(one != null || bucketsMost.get() > 2).isTrue();
  }

  /**
   * Of 174: the log's time leapt ahead, and two buckets were closed before its median had come all
   * the way, the second one with a single id. What the first one had from after the leap was then
   * taken to be from nowhere, and forgotten too early.
   */
  @ParameterizedTest
  @ValueSource(longs = 174)
  void aSeedThatOnlyANightFoundIsGoneThroughInEachBuild(long seed) {
    run(seed);
    assertThat(crashes.get()).isPositive();
  }

  private void run(long seed) {
    Random random = new Random(seed);
    DedupModel.Source source = new DedupModel.Source(seed, TTL_MS, 1_000 << random.nextInt(3));
    List<Event> events = source.events(COUNT);
    CrashDisk disk = new CrashDisk();
    MemoryBuckets buckets = null;
    while (true) {
      CrashProcess process = disk.process();
      AtomicBoolean alive = new AtomicBoolean(true);
      buckets = new MemoryBuckets(buckets, alive::get);
      ManualWork work = new ManualWork(random.nextLong());
      disk.powerOffAfter(
          random.nextInt(4) == 0 ? Long.MAX_VALUE : disk.changes() + random.nextInt(150));
      boolean done = false;
      try {
        done = live(process, work, buckets, events, random);
      } catch (ProcessDied e) {
        // The power went.
      } catch (VarveException e) {
        // A writer tells of it, if it was met in the background.
        if (!disk.isOff()) {
          throw e;
        }
      }
      alive.set(false);
      process.kill();
      bucketsMost.accumulateAndGet(buckets.count(), Math::max);
      if (done) {
        disk.powerOffAfter(Long.MAX_VALUE);
        source.check(offsets(disk), COUNT);
        return;
      }
      disk = disk.crash(random.nextInt(4));
      crashes.incrementAndGet();
    }
  }

  /** Returns whether all events are durable. */
  private static boolean live(
      CrashProcess process,
      ManualWork work,
      MemoryBuckets buckets,
      List<Event> events,
      Random random) {
    Store store =
        Store.open(
            process.root(),
            StoreSettings.defaults(),
            new ManualClock(),
            work,
            process.instance(random));
    DedupWriter writer =
        store.openDedup(
            LOG,
            LogSettings.defaults().withSegmentBytes(16 << 10).withBatchBytes(1 << 10),
            "test",
            DedupSettings.ofTtlMs(TTL_MS).withMemoryBytes(1 << 20),
            log -> buckets);
    int until = (int) writer.nextOffset() + random.nextInt(2 * COUNT);
    while (writer.nextOffset() < Math.min(until, COUNT)) {
      while (writer.tryAppend(events.get((int) writer.nextOffset())) == DedupWriter.Taken.NO_ROOM) {
        assertThat(work.runOne()).isTrue();
      }
      if (random.nextInt(100) == 0) {
        writer.commit();
      }
      if (random.nextInt(10) == 0) {
        work.runOne();
      }
    }
    if (writer.nextOffset() < COUNT) {
      return false;
    }
    writer.close(Duration.ZERO);
    work.runAll();
    return writer.durableOffset() == COUNT;
  }

  private static List<Long> offsets(CrashDisk disk) {
    CrashProcess process = disk.process();
    List<Long> offsets = new ArrayList<>();
    try (Store store =
            Store.openReadOnly(
                process.root(),
                new ManualClock(),
                new ManualWork(0),
                process.instance(new Random(1)));
        LogReader reader = store.openReader(LOG, ReadRange.all())) {
      while (reader.next()) {
        offsets.add(reader.event().offset());
      }
    }
    return offsets;
  }
}
