package io.varve.connect.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.function.LongUnaryOperator;

/** A real store that a test fills. */
final class Archive implements AutoCloseable {

  private final Path path;
  private final Store store;

  Archive(Path path) {
    this.path = path;
    this.store = Store.open(path, StoreSettings.defaults().withThreads(1));
  }

  Path path() {
    return path;
  }

  Store store() {
    return store;
  }

  /** Appends {@code count} events whose timestamps rise by a second from the epoch. */
  Archive fill(String stream, int partition, int count) {
    return fill(new StreamPartition(stream, 1, partition), count, offset -> offset * 1000);
  }

  /** Appends {@code count} events after those that are there. */
  Archive fill(StreamPartition log, int count, LongUnaryOperator timestampMs) {
    try (LogWriter writer = store.openWriter(log, LogSettings.defaults(), "test")) {
      long first = writer.nextOffset();
      for (long offset = first; offset < first + count; offset++) {
        writer.append(event(offset, timestampMs.applyAsLong(offset)));
      }
    }
    return this;
  }

  static Event event(long offset, long timestampMs) {
    return Event.of(
        offset,
        timestampMs,
        ("key " + offset).getBytes(UTF_8),
        ("value " + offset).getBytes(UTF_8));
  }

  @Override
  public void close() {
    store.close();
  }
}
