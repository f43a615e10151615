package io.varve.examples.run;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.examples.compare.PlacedEvent;
import io.varve.examples.event.DemoEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the store from outside, with Varve's library, while the worker's sink writes it.
 *
 * <p>Thread: safe, guarded by this.
 */
final class Archive implements AutoCloseable {
  private final Path path;
  private final String stream;
  private @Nullable Store store;
  private boolean closed;

  Archive(Path path, String stream) {
    this.path = path;
    this.stream = stream;
  }

  /** How many events are archived: synced, and published to readers. */
  synchronized long count() {
    Store open = store();
    if (open == null) {
      return 0;
    }
    long events = 0;
    int generation = open.latestGeneration(stream);
    for (int partition : open.partitions(stream, generation)) {
      events += open.stats(new StreamPartition(stream, generation, partition)).events();
    }
    return events;
  }

  /** All archived events of a partition. */
  synchronized List<PlacedEvent> read(int partition) {
    List<PlacedEvent> events = new ArrayList<>();
    Store open = store();
    if (open == null) {
      return events;
    }
    StreamPartition log = new StreamPartition(stream, open.latestGeneration(stream), partition);
    if (!open.contains(log)) {
      return events;
    }
    try (LogReader reader = open.openReader(log, ReadRange.all())) {
      while (reader.next()) {
        events.add(placed(partition, reader.event()));
      }
    }
    return events;
  }

  private static PlacedEvent placed(int partition, EventView event) {
    List<DemoEvent.Header> headers = new ArrayList<>();
    for (Headers.Header header : event.headers().asList()) {
      headers.add(new DemoEvent.Header(header.name(), KafkaEvents.bytes(header.value())));
    }
    return new PlacedEvent(
        partition,
        event.offset(),
        new DemoEvent(
            event.timestampMs(),
            KafkaEvents.bytes(event.key()),
            KafkaEvents.bytes(event.value()),
            headers));
  }

  /** Null until the sink has made the store, and after the end. */
  private @Nullable Store store() {
    if (store == null && !closed && Store.exists(path)) {
      store = Store.openReadOnly(path);
    }
    return store;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (store != null) {
      store.close();
      store = null;
    }
  }
}
