package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.base.Clock;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka, a store on a disk that may fail, and workers between them. */
abstract class SinkFixture {

  static final TopicPartition ORDERS_0 = new TopicPartition("orders", 0);
  static final TopicPartition ORDERS_1 = new TopicPartition("orders", 1);

  @TempDir Path folder;

  final FakeKafka kafka = new FakeKafka();
  final FaultyDisk disk = new FaultyDisk();
  final Map<String, String> properties =
      new HashMap<>(Map.of("name", "archive", "topics", "orders", "commit.interval.ms", "1"));

  Path store() {
    return folder.resolve("store");
  }

  /** A worker whose task is started with {@link #properties}. */
  FakeWorker worker() {
    properties.put("store.path", store().toString());
    FakeWorker worker =
        new FakeWorker(
            kafka,
            new VarveSinkTask(
                settings -> disk.open(settings.storePath(), settings.store()), Clock.SYSTEM));
    return worker;
  }

  FakeWorker started() {
    FakeWorker worker = worker();
    worker.start(properties);
    return worker;
  }

  /** A worker that archives these partitions. */
  FakeWorker archiving(TopicPartition... partitions) {
    FakeWorker worker = started();
    worker.assign(partitions);
    return worker;
  }

  List<Event> events(String stream, int generation, int partition) {
    List<Event> events = new ArrayList<>();
    try (Store store = Store.openReadOnly(store());
        LogReader reader =
            store.openReader(new StreamPartition(stream, generation, partition), ReadRange.all())) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }
    return events;
  }

  List<Long> offsets(String stream, int generation, int partition) {
    return events(stream, generation, partition).stream().map(Event::offset).toList();
  }

  int latestGeneration(String stream) {
    try (Store store = Store.openReadOnly(store())) {
      return store.latestGeneration(stream);
    }
  }

  /** What is archived is what is in the topic: each event once, in order, equal. */
  void assertArchived(TopicPartition source) {
    assertArchived(source, source.topic(), 1);
  }

  void assertArchived(TopicPartition source, String stream, int generation) {
    List<Event> events = events(stream, generation, source.partition());
    assertThat(events.stream().map(Event::offset).toList())
        .as("offsets of " + source)
        .isEqualTo(kafka.offsets(source));
    for (Event event : events) {
      FakeKafka.Content content = kafka.content(source, event.offset());
      assertThat(event.timestampMs()).isEqualTo(content.timestampMs());
      assertThat(event.key()).isEqualTo(content.key().value());
      assertThat(event.value()).isEqualTo(content.value().value());
    }
  }
}
