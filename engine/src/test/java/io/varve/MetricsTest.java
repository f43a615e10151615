package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.commit.RecoveryReport;
import io.varve.commit.WriterMetrics;
import io.varve.compact.Compaction;
import io.varve.compact.CompactionMetrics;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.metrics.Latency;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What the engine tells of its work, on a clock that stands still until it is moved. */
final class MetricsTest {

  private static final StreamPartition LOG = new StreamPartition("measured", 1, 0);
  private static final long MS = 1_000_000;

  private static final byte[] KEY = {1};

  /** Batches of one event, segments of some. */
  private static final LogSettings SETTINGS =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);

  private final CrashDisk disk = new CrashDisk();
  private final ManualClock clock = new ManualClock();
  private CrashProcess process;
  private ManualWork work;
  private Store store = open();

  private Store open() {
    process = disk.process();
    work = new ManualWork(1);
    return TestStores.open(process.root(), clock, work, process.instance(new Random(1)));
  }

  @Test
  void appendLatencyIsFromTheHandingOverOfABatchToItsBeingWritten() {
    LogWriter writer = store.openWriter(LOG, SETTINGS, "test");
    append(writer, 1);
    clock.advanceMs(500);
    assertThat(writer.metrics().appendLatency()).as("it is being filled").isEqualTo(Latency.NONE);

    append(writer, 1);
    clock.advanceMs(40);
    assertThat(writer.metrics().appendLatency()).as("it waits").isEqualTo(Latency.NONE);

    work.runAll();
    assertThat(writer.metrics().appendLatency()).isEqualTo(all(1, 40));
    assertThat(writer.metrics().batches()).isEqualTo(1);
    assertThat(writer.metrics().syncLatency().count()).isZero();
  }

  @Test
  void commitLatencyIsTheCallersAndSyncLatencyTheDisks() {
    LogWriter writer = store.openWriter(LOG, SETTINGS, "test");
    append(writer, 1);
    writer.commit();
    work.runAll();
    clock.advanceMs(60_000);

    // A segment is open now: a commit forces it and its mark.
    process.duringForce(() -> clock.advanceMs(3));
    append(writer, 1);
    writer.commit();
    clock.advanceMs(100);
    work.runAll();

    WriterMetrics metrics = writer.metrics();
    assertThat(metrics.syncLatency()).isEqualTo(all(1, 6));
    assertThat(metrics.commitLatency()).isEqualTo(all(1, 106));
    assertThat(metrics.appendLatency()).isEqualTo(all(1, 100));
    assertThat(metrics.syncs()).isEqualTo(2);
    assertThat(metrics.syncNanos()).isEqualTo(6 * MS);
    assertThat(metrics.pendingEvents()).isZero();
  }

  @Test
  void oneSyncServesAllCommitsThatWait() {
    LogWriter writer = store.openWriter(LOG, SETTINGS, "test");
    append(writer, 1);
    writer.commit();
    clock.advanceMs(20);
    writer.commit();
    clock.advanceMs(10);
    work.runAll();

    Latency latency = writer.metrics().commitLatency();
    assertThat(latency.count()).isEqualTo(2);
    assertThat(latency.p50Nanos()).isCloseTo(10 * MS, Percentage.withPercentage(1));
    assertThat(latency.maxNanos()).isEqualTo(30 * MS);
    assertThat(writer.metrics().syncs()).isEqualTo(1);
  }

  @Test
  void aCommitThatFailsIsNotCounted() {
    LogWriter writer = store.openWriter(LOG, SETTINGS, "test");
    append(writer, 1);
    writer.commit();
    work.runAll();
    process.failAt(process.calls() + 2, CrashProcess.Fault.IO_ERROR);
    append(writer, 1);
    var failed = writer.commit();
    work.runAll();

    assertThat(failed).isCompletedExceptionally();
    assertThat(writer.metrics().commitLatency().count()).isEqualTo(1);
    assertThat(writer.metrics().syncs()).isEqualTo(1);
  }

  @Test
  void recoveryTellsHowLongItTookAndHowMuchItCut() {
    LogWriter dying = store.openWriter(LOG, SETTINGS, "test");
    append(dying, 1);
    dying.commit();
    work.runAll();
    append(dying, 2);
    work.runAll();
    long written = dying.metrics().storedBytes();
    process.kill();

    store = open();
    for (long call = process.calls() + 1; call <= process.calls() + 1000; call++) {
      process.before(call, () -> clock.advanceMs(1));
    }
    long before = process.calls();
    long nowNanos = clock.nanos();
    RecoveryReport recovery = store.openWriter(LOG, SETTINGS, "test").recovery();

    assertThat(recovery.nanos()).isEqualTo(clock.nanos() - nowNanos).isGreaterThan(5 * MS);
    assertThat(recovery.nanos()).isLessThanOrEqualTo((process.calls() - before) * MS);
    assertThat(recovery.clean()).isFalse();
    assertThat(recovery.cutBytes()).isBetween(600L, written);
    assertThat(recovery.verifiedBytes()).isPositive();
    assertThat(recovery.nextOffset()).isEqualTo(1);
  }

  @Test
  void compactionTellsWhatWaitsAndWhatTheLastPassDid() {
    LogWriter writer =
        store.openWriter(LOG, SETTINGS.withCompaction(Compaction.ON.withDirtyRatioMin(0)), "test");
    append(writer, 75);
    commit(writer);
    maintain();
    CompactionMetrics waiting = writer.metrics().compaction();
    assertThat(waiting.passes()).isZero();
    assertThat(waiting.dirtySegments()).isEqualTo(writer.metrics().segmentsSealed()).isPositive();
    assertThat(waiting.dirtyBytes()).isEqualTo(store.stats(LOG).dirtyBytes()).isPositive();
    assertThat(store.stats(LOG).dirtySegments()).isEqualTo((int) waiting.dirtySegments());
    assertThat(store.stats(LOG).compacted()).isFalse();
    assertThat(waiting.lastPass().endMs()).isZero();

    maintain();
    CompactionMetrics first = writer.metrics().compaction();
    assertThat(first.passes()).isEqualTo(1);
    assertThat(first.dirtySegments()).isZero();
    assertThat(first.dirtyBytes()).isZero();
    assertThat(first.lastPass())
        .isEqualTo(
            new CompactionMetrics.Pass(
                clock.wallMs(),
                1000 * MS,
                waiting.dirtyBytes(),
                first.bytesWritten(),
                first.eventsRemoved()));
    assertThat(first.eventsRemoved()).isPositive();
    assertThat(store.stats(LOG).compacted()).isTrue();
    assertThat(store.stats(LOG).dirtySegments()).isZero();

    append(writer, 75);
    commit(writer);
    maintain();
    maintain();
    CompactionMetrics second = writer.metrics().compaction();
    assertThat(second.passes()).isEqualTo(2);
    assertThat(second.lastPass().bytesRead())
        .isEqualTo(second.bytesRead() - first.bytesRead())
        .isPositive();
    assertThat(second.lastPass().eventsRemoved())
        .isEqualTo(second.eventsRemoved() - first.eventsRemoved());
  }

  /** Lets a second pass, and what is done now and then be done. */
  private void maintain() {
    clock.advanceMs(1000);
    work.tick();
    work.runAll();
  }

  @Test
  void aReaderKnowsWithinASecondHowFarItIsBehind() {
    LogWriter writer = store.openWriter(LOG, SETTINGS, "test");
    append(writer, 30);
    commit(writer);
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      assertThat(reader.metrics()).isEqualTo(new ReaderMetrics(0, 30, 0, 0));
      read(reader, 10);
      assertThat(reader.metrics().position()).isEqualTo(9);
      assertThat(reader.metrics().lag()).isEqualTo(21);
      assertThat(reader.metrics().batches()).isEqualTo(10);
      assertThat(reader.metrics().storedBytes()).isBetween(10 * 600L, 10 * 800L);

      append(writer, 70);
      commit(writer);
      read(reader, 1);
      assertThat(reader.metrics().lag()).as("known by now").isEqualTo(20);
      clock.advanceMs(1000);
      read(reader, 1);
      assertThat(reader.metrics().lag()).as("a second later").isEqualTo(89);

      while (reader.next()) {}
      assertThat(reader.metrics().position()).isEqualTo(100);
      assertThat(reader.metrics().lag()).isZero();
    }
  }

  @Test
  void othersLearnWithinASecondHowFarAReaderIs() {
    LogSettings oneSegment = SETTINGS.withSegmentBytes(1 << 20);
    LogWriter writer = store.openWriter(LOG, oneSegment, "test");
    append(writer, 50);
    commit(writer);
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      read(reader, 20);
      assertThat(stated()).containsExactly(0L);
      clock.advanceMs(1000);
      read(reader, 1);
      assertThat(stated()).containsExactly(20L);

      while (reader.next()) {}
      clock.advanceMs(1000);
      assertThat(reader.next()).isFalse();
      assertThat(stated()).as("it has come to the end").containsExactly(50L);

      reader.seek(5);
      assertThat(stated()).containsExactly(5L);
    }
    assertThat(stated()).isEmpty();
  }

  private List<Long> stated() {
    return store.users(LOG).readers().stream().map(LogUsers.Reader::fromOffset).toList();
  }

  private void append(LogWriter writer, int events) {
    for (int i = 0; i < events; i++) {
      Event event = Event.of(writer.nextOffset(), 1, KEY, new byte[600]);
      while (!writer.tryAppend(event)) {
        work.runOne();
      }
    }
  }

  private void commit(LogWriter writer) {
    writer.commit();
    work.runAll();
  }

  private static void read(LogReader reader, int events) {
    for (int i = 0; i < events; i++) {
      assertThat(reader.next()).isTrue();
    }
  }

  /** All of so many took so long. */
  private static Latency all(long count, long ms) {
    return new Latency(count, ms * MS, ms * MS, ms * MS, ms * MS);
  }
}
