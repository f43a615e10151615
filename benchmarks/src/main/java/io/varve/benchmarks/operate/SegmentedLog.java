package io.varve.benchmarks.operate;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;

/**
 * A log of many small segments, and what is measured on it. Thread: confined to one.
 *
 * @param store where it is
 * @param name which log
 * @param settings how its segments were made
 * @param events how many were in it when it was made
 */
record SegmentedLog(Store store, StreamPartition name, LogSettings settings, long events) {

  /** Appends until there are as many segments or two more, and closes the log. */
  static SegmentedLog make(Store store, StreamPartition name, LogSettings settings, int segments) {
    try (LogWriter writer = store.openWriter(name, settings, LargeLog.OWNER)) {
      // So few that those which wait to be written make a segment at the most.
      long few = Math.max(1, settings.batchBytes() / LargeLog.EVENT_BYTES / 2);
      LargeLog.append(writer, settings.segmentBytes() / LargeLog.EVENT_BYTES * 3 / 4);
      while (writer.metrics().segmentsSealed() < segments - 1) {
        LargeLog.append(writer, few);
      }
    }
    return new SegmentedLog(store, name, settings, store.stats(name).nextOffset());
  }

  /** What appending cost, in seconds: opening the log, and until all is durable. */
  record Appended(double openSeconds, double seconds) {}

  /** Opens the log, appends as many events and waits until they are durable. */
  Appended append(LogSettings writing, long count) {
    long start = System.nanoTime();
    try (LogWriter writer = store.openWriter(name, writing, LargeLog.OWNER)) {
      long open = System.nanoTime();
      LargeLog.append(writer, count);
      writer.sync();
      return new Appended((open - start) / 1e9, (System.nanoTime() - open) / 1e9);
    }
  }

  /** A reader of {@code count} events from that offset on. */
  LogReader reader(long from, long count) {
    return store.openReader(name, ReadRange.offsets(from, from + count));
  }

  /** Steps through all that is left; returns how many events that were. */
  static long readAll(LogReader reader) {
    long count = 0;
    while (reader.next()) {
      count++;
    }
    return count;
  }

  /** Goes to an offset and has its event. */
  static void seek(LogReader reader, long offset) {
    reader.seek(offset);
    expect(reader, offset);
  }

  /** Opens a reader at an offset and has its event. */
  void openAt(long offset) {
    try (LogReader reader = store.openReader(name, ReadRange.offsets(offset, Long.MAX_VALUE))) {
      expect(reader, offset);
    }
  }

  /** Opens a reader at the time of the event with that offset, and has it. */
  void openAtTime(long offset) {
    long time = LargeLog.timestampMs(offset);
    try (LogReader reader = store.openReader(name, ReadRange.times(time, Long.MAX_VALUE))) {
      expect(reader, offset);
    }
  }

  private static void expect(LogReader reader, long offset) {
    if (!reader.next() || reader.event().offset() != offset) {
      throw new IllegalStateException(reader.log() + ": event " + offset + " is not there");
    }
  }
}
