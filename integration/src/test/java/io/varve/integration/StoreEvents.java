package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads a store from outside the worker that writes it. */
final class StoreEvents {
  private StoreEvents() {}

  /** What a generation of a stream holds now, by partition, in order. */
  static SortedMap<Integer, List<SeenEvent>> read(Path path, String stream, int generation) {
    SortedMap<Integer, List<SeenEvent>> events = new TreeMap<>();
    try (Store store = Store.openReadOnly(path)) {
      for (int partition : store.partitions(stream, generation)) {
        List<SeenEvent> seen = new ArrayList<>();
        forEach(store, new StreamPartition(stream, generation, partition), e -> seen.add(seen(e)));
        events.put(partition, seen);
      }
    }
    return events;
  }

  static void forEach(Store store, StreamPartition log, Consumer<EventView> consumer) {
    try (LogReader reader = store.openReader(log, ReadRange.all())) {
      while (reader.next()) {
        consumer.accept(reader.event());
      }
    }
  }

  /** Waits until a generation of a stream holds this many events, and no more. */
  static void awaitCount(Path path, String stream, int generation, long events) {
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(count(path, stream, generation))
                    .as("events in %s, generation %d", stream, generation)
                    .isEqualTo(events));
  }

  static long count(Path path, String stream, int generation) {
    return stats(path, stream, generation).stream().mapToLong(LogStats::events).sum();
  }

  /** Of each partition; none if there is no such stream or store yet. */
  static List<LogStats> stats(Path path, String stream, int generation) {
    if (!Store.exists(path)) {
      return List.of();
    }
    try (Store store = Store.openReadOnly(path)) {
      return store.partitions(stream, generation).stream()
          .map(partition -> store.stats(new StreamPartition(stream, generation, partition)))
          .toList();
    }
  }

  private static SeenEvent seen(EventView event) {
    return new SeenEvent(
        event.timestampMs(),
        SeenEvent.shown(event.key()),
        SeenEvent.shown(event.value()),
        headers(event.headers()));
  }

  private static List<String> headers(Headers headers) {
    return headers.asList().stream()
        .map(header -> SeenEvent.shownHeader(header.name(), header.value()))
        .toList();
  }
}
