package io.varve.benchmarks.operate;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.load.Values;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Events of 1 KiB, each a millisecond after the one before, and the log that holds many. */
final class LargeLog {

  static final StreamPartition LOG = new StreamPartition("events", 1, 0);
  static final String OWNER = "benchmark";
  static final int EVENT_BYTES = 1024;

  private static final long TOLD_BYTES = 1L << 30;
  private static final Values VALUES = new Values(EVENT_BYTES);

  private LargeLog() {}

  /** The timestamp of the event with that offset. */
  static long timestampMs(long offset) {
    return Values.FIRST_TIMESTAMP_MS + offset;
  }

  /** Appends {@code count} events at the log's end. */
  static void append(LogWriter writer, long count) {
    long first = writer.nextOffset();
    for (long offset = first; offset < first + count; offset++) {
      append(writer, offset, null);
    }
  }

  /** Appends an event. */
  static void append(LogWriter writer, long offset, byte @Nullable [] key) {
    byte[] value = VALUES.get(offset);
    if (!writer.tryAppend(
        offset,
        timestampMs(offset),
        TimestampType.CREATE,
        key == null ? Encoding.NONE : Encoding.BYTES,
        key,
        Encoding.BYTES,
        value,
        Headers.EMPTY)) {
      writer.append(Event.of(offset, timestampMs(offset), key, value));
    }
  }

  /** Fills a log with default settings up to as many bytes, and closes it. */
  static void fill(Path folder, long bytes, Consumer<String> progress) {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(LOG, LogSettings.defaults(), OWNER)) {
      for (long done = 0; done < bytes; ) {
        long some = Math.min(TOLD_BYTES, bytes - done);
        append(writer, Math.max(1, some / EVENT_BYTES));
        done += some;
        progress.accept("filling the large log: %,d of %,d MiB".formatted(done >> 20, bytes >> 20));
      }
    }
  }
}
