package io.varve.benchmarks.log;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.load.Values;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A store with one log. Thread: confined to one. */
final class VarveLog implements AutoCloseable {

  private static final StreamPartition LOG = new StreamPartition("events", 1, 0);

  private final Store store;
  private @Nullable LogWriter open;

  VarveLog(Path folder) {
    this.store = Store.open(folder, StoreSettings.defaults());
  }

  /** Appends all events one by one and waits until they are durable. */
  long append(Work work, Codec codec) {
    return append(work, codec, Long.MAX_VALUE);
  }

  /** The same, asking for a commit after every {@code commitEvents} events. */
  long append(Work work, Codec codec, long commitEvents) {
    LogWriter writer = store.openWriter(LOG, LogSettings.defaults().withCodec(codec), "benchmark");
    open = writer;
    for (long event = 0; event < work.events(); event++) {
      long timestampMs = Values.FIRST_TIMESTAMP_MS + event;
      byte[] value = work.values().get(event);
      if (!writer.tryAppend(
          event,
          timestampMs,
          TimestampType.CREATE,
          Encoding.NONE,
          null,
          Encoding.BYTES,
          value,
          Headers.EMPTY)) {
        writer.append(Event.of(event, timestampMs, null, value));
      }
      if ((event + 1) % commitEvents == 0) {
        commit(writer);
      }
    }
    writer.sync();
    return work.events();
  }

  /** Whether it succeeds shows when all are waited for. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private static void commit(LogWriter writer) {
    writer.commit();
  }

  /** Steps through all events, looking at where each is and how long its value is. */
  long readInPlace() {
    long events = 0;
    long sum = 0;
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      while (reader.next()) {
        EventView event = reader.event();
        sum += event.offset() + event.valueLength();
        events++;
      }
    }
    Work.sink = sum;
    return events;
  }

  /** Reads all events and takes a copy of each value. */
  long readCopies() {
    long events = 0;
    long sum = 0;
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      while (reader.next()) {
        byte[] value = reader.event().value();
        sum += value == null ? 0 : value[0];
        events++;
      }
    }
    Work.sink = sum;
    return events;
  }

  /** The files that hold the events of the store in {@code folder}. */
  static List<Path> segments(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  @Override
  public void close() {
    try (store) {
      LogWriter writer = open;
      if (writer != null) {
        writer.close();
      }
    }
  }
}
