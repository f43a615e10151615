package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.Codec;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges of offsets and times against a plain list, with times in no order and many blocks. */
final class RangeTest {

  private static final StreamPartition LOG = new StreamPartition("ranges", 1, 0);

  private final List<Event> events = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyRangeIsWhatAListWouldGive(long seed) {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk();
    CrashProcess process = disk.process();
    ManualWork work = new ManualWork(seed);
    Store store =
        Store.open(
            process.root(),
            StoreSettings.defaults(),
            new ManualClock(),
            work,
            process.instance(random));
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(400_000)
            .withBatchBytes(1024 + random.nextInt(8000))
            .withCodec(Codec.values()[(int) seed % 4]);
    LogWriter writer = store.openWriter(LOG, settings, "test");
    for (int i = 0; i < 8000; i++) {
      Event event = event(random, writer.nextOffset(), i);
      while (!writer.tryAppend(event)) {
        work.runOne();
      }
      events.add(event);
      if (random.nextInt(500) == 0) {
        writer.skipTo(writer.nextOffset() + random.nextInt(50));
      }
    }
    writer.commit();
    work.runAll();
    assertThat(store.stats(LOG).segments()).isGreaterThan(3);

    long end = writer.nextOffset();
    for (int i = 0; i < 150; i++) {
      long fromTime = random.nextInt(8200) - 100;
      ReadRange times =
          ReadRange.times(fromTime, fromTime + random.nextInt(1 << random.nextInt(13)));
      long from = random.nextLong(end);
      ReadRange range =
          switch (i % 3) {
            case 0 -> times;
            case 1 -> ReadRange.offsets(from, from + random.nextInt(2000));
            default -> times.withOffsets(from, random.nextBoolean() ? Long.MAX_VALUE : from + 3000);
          };
      checkRange(store, range, end);
    }
    checkSeeks(store, random, end);
  }

  private void checkRange(Store store, ReadRange range, long end) {
    List<Event> found = new ArrayList<>();
    try (LogReader reader = store.openReader(LOG, range)) {
      while (reader.next()) {
        found.add(reader.event().toEvent());
      }
      assertThat(reader.position()).isEqualTo(Math.min(end, range.toOffset()));
      assertThat(reader.done()).isEqualTo(range.toOffset() <= end);
    }
    assertThat(found)
        .as(range.toString())
        .isEqualTo(events.stream().filter(e -> in(range, e)).toList());
  }

  private void checkSeeks(Store store, Random random, long end) {
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      for (int i = 0; i < 200; i++) {
        long to = random.nextLong(end + 10);
        reader.seek(to);
        events.stream()
            .filter(e -> e.offset() >= to)
            .limit(random.nextInt(30))
            .forEach(
                expected -> {
                  assertThat(reader.next()).isTrue();
                  assertThat(reader.event().toEvent()).isEqualTo(expected);
                });
      }
    }
  }

  private static boolean in(ReadRange range, Event event) {
    boolean inTime =
        !range.boundsTimes()
            || event.timestampType() != TimestampType.NONE
                && event.timestampMs() >= range.fromTimeMs()
                && event.timestampMs() < range.toTimeMs();
    return inTime && event.offset() >= range.fromOffset() && event.offset() < range.toOffset();
  }

  /** Times mostly rise, but for stragglers, jumps back to the start, and none at all. */
  private static Event event(Random random, long offset, int i) {
    long time =
        switch (random.nextInt(40)) {
          case 0 -> random.nextInt(8000);
          case 1 -> Math.max(0, i - 2000);
          default -> i + random.nextInt(20);
        };
    boolean timeless = i / 1000 == 3 || random.nextInt(50) == 0;
    byte[] value = new byte[random.nextInt(400)];
    random.nextBytes(value);
    return new Event(
        offset + (random.nextInt(30) == 0 ? random.nextInt(5) : 0),
        timeless ? Event.NO_TIMESTAMP : time,
        timeless ? TimestampType.NONE : TimestampType.LOG_APPEND,
        Encoding.BYTES,
        null,
        Encoding.BYTES,
        value,
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }
}
