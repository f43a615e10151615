package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.SparseIndex;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ReadLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many reads it takes to have an event from somewhere in a log of many segments. */
final class SeekTest {

  private static final StreamPartition LOG = new StreamPartition("seeks", 1, 0);
  private static final int EVENTS = 12_000;
  private static final int TRIES = 200;

  private final ReadLog reads = new ReadLog();
  private final Random random = new Random(1);
  private final ManualWork work = new ManualWork(1);
  private Store store;

  @BeforeEach
  void open() {
    CrashDisk disk = new CrashDisk();
    CrashProcess process = disk.process();
    store =
        Store.open(
            reads.of(process.root()),
            StoreSettings.defaults(),
            new ManualClock(),
            work,
            process.instance(random));
  }

  /** Batches smaller and larger than a block of the index, and than what is read at once else. */
  @ParameterizedTest
  @ValueSource(ints = {10_000, 60_000, 200_000, 700_000})
  void aTimeIsFoundWithOneReadOfTheIndexAndOneOfTheSegment(int batchBytes) {
    fill(batchBytes);
    for (int i = 0; i < TRIES; i++) {
      long offset = random.nextLong(EVENTS);
      reads.clear();
      try (LogReader reader =
          store.openReader(LOG, ReadRange.times(timestampMs(offset), Long.MAX_VALUE))) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().offset()).isEqualTo(offset);
        work.runAll();
        assertThat(blockReads()).as("event %d", offset).containsExactly("idx", "log");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 60_000, 200_000, 700_000})
  void anOffsetIsFoundWithOneReadOfTheIndexAndOneOfTheSegment(int batchBytes) {
    fill(batchBytes);
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      assertThat(reader.next()).isTrue();
      for (int i = 0; i < TRIES; i++) {
        // A segment's first event is read from the segment's front.
        long offset = random.nextLong(EVENTS);
        work.runAll();
        reads.clear();
        reader.seek(offset);
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().offset()).isEqualTo(offset);
        work.runAll();
        if (!firstOfASegment(offset)) {
          assertThat(blockReads()).as("event %d", offset).containsExactly("idx", "log");
        }
        assertThat(reads.files())
            .as("the manifest is as it was")
            .noneMatch(f -> f.endsWith(".manifest"));
      }
    }
  }

  /** It has no index yet, so its batches' headers are gone through, without what is behind them. */
  @ParameterizedTest
  @ValueSource(ints = {200_000, 700_000})
  void inTheOpenSegmentHeadersAreReadAndOneBatch(int batchBytes) {
    LogWriter writer = append(batchBytes, 1L << 30);
    assertThat(store.stats(LOG).segments()).isEqualTo(1);
    reads.clear();
    try (LogReader reader =
        store.openReader(LOG, ReadRange.offsets(writer.nextOffset() - 1, Long.MAX_VALUE))) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.event().offset()).isEqualTo(writer.nextOffset() - 1);
    }
    assertThat(reads.segmentBytes()).isLessThan(batchBytes + 200_000);
    assertThat(store.stats(LOG).bytes()).isGreaterThan(10_000_000);
  }

  /** A segment's header is not read then, so this tells when a file is not the index's. */
  @Test
  void aBlockThatBeginsWithAnotherOffsetThanTheIndexSaysIsCorruption() throws IOException {
    fill(60_000);
    LogFolder log = store.backupSource().log(LOG);
    SegmentEntry segment = log.manifests().load().segments().get(1);
    SparseIndex.Builder index = new SparseIndex.Builder(1);
    index.add(segment.firstOffset() + 1, SegmentHeader.BYTES, 0, 0);
    try (SegmentReader reader =
        SegmentReader.openIndexed(log.directory(), segment, log.buffers(), null)) {
      reader.limit(segment.endPosition());
      reader.position(index.build(), 0);
      assertThatThrownBy(reader::peek)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("as the index says");
    }
  }

  private boolean firstOfASegment(long offset) {
    return reads.files().stream().anyMatch(file -> file.startsWith("%020d-".formatted(offset)));
  }

  /** What of segments and indexes was read, in order, by the kind of file. */
  private List<String> blockReads() {
    return reads.files().stream()
        .filter(file -> file.endsWith(".idx") || file.endsWith(".log"))
        .map(file -> file.substring(file.length() - 3))
        .toList();
  }

  private static long timestampMs(long offset) {
    return 1_000_000 + 10 * offset;
  }

  private void fill(int batchBytes) {
    append(batchBytes, 1_500_000).close(Duration.ZERO);
    work.runAll();
    assertThat(store.stats(LOG).segments()).isGreaterThan(5);
  }

  private LogWriter append(int batchBytes, long segmentBytes) {
    LogSettings settings =
        LogSettings.defaults()
            .withCodec(Codec.NONE)
            .withSegmentBytes(segmentBytes)
            .withBatchBytes(batchBytes);
    LogWriter writer = store.openWriter(LOG, settings, "test");
    byte[] value = new byte[900];
    for (long offset = 0; offset < EVENTS; offset++) {
      Event event = Event.of(offset, timestampMs(offset), null, value);
      while (!writer.tryAppend(event)) {
        work.runOne();
      }
    }
    assertThat(writer.commit()).isNotNull();
    work.runAll();
    return writer;
  }
}
