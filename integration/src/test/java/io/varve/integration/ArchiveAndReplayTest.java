package io.varve.integration;

import static io.varve.integration.Connectors.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.Store;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What is archived comes back as it was: all of it, a slice of it, and structured values. */
final class ArchiveAndReplayTest extends ClusterTest {
  private static final int PARTITIONS = 4;
  private static final Map<String, String> LARGE_EVENTS = Map.of("max.message.bytes", "8388608");
  private static final String LARGE_REQUESTS = "producer.override.max.request.size";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void eventsOfEveryKindComeBackByteForByte() {
    SortedMap<Integer, List<SeenEvent>> sent = archiveEveryKind("kinds");
    assertThat(StoreEvents.read(store, "kinds", 1)).isEqualTo(sent);

    replay("kinds-back", sent, connectors.source("kinds", "${stream}-back"));
  }

  @Test
  void slicesByTimeAndByOffsetHoldWhatLiesInThemAndNothingElse() {
    SortedMap<Integer, List<SeenEvent>> sent = archiveEveryKind("slices");

    long fromMs = EventsOfEveryKind.FROM_MS + EventsOfEveryKind.SPAN_MS / 4;
    long toMs = EventsOfEveryKind.FROM_MS + EventsOfEveryKind.SPAN_MS / 2;
    SortedMap<Integer, List<SeenEvent>> inTime =
        filter(sent, event -> event.timestampMs() >= fromMs && event.timestampMs() < toMs);
    assertThat(inTime.values()).allSatisfy(events -> assertThat(events).hasSizeGreaterThan(50));
    replay(
        "slices-time",
        inTime,
        connectors.source(
            "slices",
            "${stream}-time",
            "start.time",
            Instant.ofEpochMilli(fromMs).toString(),
            "end.time",
            Long.toString(toMs)));

    SortedMap<Integer, List<SeenEvent>> inOffsets = new TreeMap<>();
    sent.forEach((partition, events) -> inOffsets.put(partition, events.subList(10, 20)));
    replay(
        "slices-offset",
        inOffsets,
        connectors.source("slices", "${stream}-offset", "start.offset", "10", "end.offset", "20"));
  }

  @Test
  void topicWithTimesOfTheBrokerKeepsThoseTimes() {
    cluster.topics().create("stamped", 2, Map.of("message.timestamp.type", "LogAppendTime"));
    Producers.send(cluster.bootstrap(), Producers.numbered("stamped", 2, 0, 100));
    SortedMap<Integer, List<SeenEvent>> stamped = TopicEvents.read(cluster.bootstrap(), "stamped");
    connectors.start("stamped", connectors.sink("stamped"));
    StoreEvents.awaitCount(store, "stamped", 1, 100);

    assertThat(StoreEvents.read(store, "stamped", 1)).isEqualTo(stamped);
    try (Store read = Store.openReadOnly(store)) {
      StoreEvents.forEach(
          read,
          new StreamPartition("stamped", 1, 0),
          event -> assertThat(event.timestampType()).isEqualTo(TimestampType.LOG_APPEND));
    }
    replay("stamped-back", stamped, connectors.source("stamped", "${stream}-back"));
  }

  @Test
  void transformThatRenamesTopicsChangesNeitherStreamNorPosition() {
    cluster.topics().create("renamed", 2);
    Producers.send(cluster.bootstrap(), Producers.numbered("renamed", 2, 0, 100));
    Map<String, String> settings =
        connectors.sink(
            "renamed",
            "transforms",
            "rename",
            "transforms.rename.type",
            "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.rename.regex",
            "(.*)",
            "transforms.rename.replacement",
            "another-$1");
    connectors.start("renamed", settings);
    StoreEvents.awaitCount(store, "renamed", 1, 100);
    cluster.rest().restart("renamed");
    Producers.send(cluster.bootstrap(), Producers.numbered("renamed", 2, 100, 100));
    StoreEvents.awaitCount(store, "renamed", 1, 200);

    assertThat(StoreEvents.read(store, "renamed", 1))
        .isEqualTo(TopicEvents.read(cluster.bootstrap(), "renamed"));
    try (Store read = Store.openReadOnly(store)) {
      assertThat(read.streams()).containsExactly("renamed");
    }
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(cluster.rest().offsets("renamed"))
                    .allSatisfy(
                        offset -> assertThat(offset.offset()).containsEntry("kafka_offset", 100L)));
  }

  @Test
  void structuredValuesComeBackEqualInSchemaAndValue() throws IOException {
    String[] converters = {
      "key.converter", "org.apache.kafka.connect.storage.StringConverter",
      "value.converter", "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable", "true",
    };
    cluster.topics().create("structured", 1);
    List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] value = i % 10 == 9 ? null : order(i).getBytes(UTF_8);
      events.add(
          new ProducerRecord<>(
              "structured", 0, 1_600_000_000_000L + i, ("k" + i).getBytes(UTF_8), value));
    }
    Producers.send(cluster.bootstrap(), events);
    connectors.start("structured", connectors.sink("structured", converters));
    StoreEvents.awaitCount(store, "structured", 1, 100);

    cluster.topics().create("structured-back", 1);
    connectors.start(
        "structured-back", connectors.source("structured", "${stream}-back", converters));
    await()
        .atMost(Connectors.LIMIT)
        .until(() -> TopicEvents.count(cluster.bootstrap(), "structured-back") == 100);

    var sent = TopicEvents.records(cluster.bootstrap(), "structured").get(0);
    var back = TopicEvents.records(cluster.bootstrap(), "structured-back").get(0);
    for (int i = 0; i < 100; i++) {
      assertThat(back.get(i).key()).isEqualTo(sent.get(i).key());
      assertThat(json(back.get(i).value())).isEqualTo(json(sent.get(i).value()));
    }
  }

  private SortedMap<Integer, List<SeenEvent>> archiveEveryKind(String topic) {
    cluster.topics().create(topic, PARTITIONS, LARGE_EVENTS);
    List<ProducerRecord<byte[], byte[]>> events = EventsOfEveryKind.of(topic, PARTITIONS, 42);
    Producers.send(cluster.bootstrap(), events);
    connectors.start(topic, connectors.sink(topic, "compression.type", "zstd"));
    StoreEvents.awaitCount(store, topic, 1, events.size());
    SortedMap<Integer, List<SeenEvent>> sent = TopicEvents.read(cluster.bootstrap(), topic);
    assertThat(sent.values().stream().mapToInt(List::size).sum()).isEqualTo(events.size());
    return sent;
  }

  /** Replays into a new topic that is named as the connector, and compares all of it. */
  private void replay(
      String topic, SortedMap<Integer, List<SeenEvent>> expected, Map<String, String> settings) {
    cluster.topics().create(topic, expected.size(), LARGE_EVENTS);
    connectors.start(topic, with(settings, LARGE_REQUESTS, "8388608"));
    int count = expected.values().stream().mapToInt(List::size).sum();
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(TopicEvents.count(cluster.bootstrap(), topic))
                    .isGreaterThanOrEqualTo(count));
    assertThat(TopicEvents.read(cluster.bootstrap(), topic)).isEqualTo(expected);
  }

  private static SortedMap<Integer, List<SeenEvent>> filter(
      SortedMap<Integer, List<SeenEvent>> events, Predicate<SeenEvent> condition) {
    SortedMap<Integer, List<SeenEvent>> kept = new TreeMap<>();
    events.forEach(
        (partition, all) -> kept.put(partition, all.stream().filter(condition).toList()));
    return kept;
  }

  /** An order as Connect's JSON with its schema. */
  private static String order(int number) {
    return """
        {"schema": {"type": "struct", "name": "shop.Order", "version": 3, "optional": false, "fields": [
          {"field": "id", "type": "int64", "optional": false},
          {"field": "note", "type": "string", "optional": true},
          {"field": "count", "type": "int16", "optional": true, "default": 7},
          {"field": "price", "type": "bytes", "optional": false, "version": 1,
            "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "2"}},
          {"field": "at", "type": "int64", "optional": false, "version": 1,
            "name": "org.apache.kafka.connect.data.Timestamp"},
          {"field": "tags", "type": "array", "optional": false,
            "items": {"type": "string", "optional": true}},
          {"field": "ratings", "type": "map", "optional": true,
            "keys": {"type": "string", "optional": false},
            "values": {"type": "double", "optional": false}}]},
         "payload": {"id": %d, "note": %s, "count": 3, "price": "AfQ=", "at": 1600000000123,
           "tags": ["a", null, "%d"], "ratings": %s}}
        """
        .formatted(
            number,
            number % 2 == 0 ? "null" : "\"ünïcode\"",
            number,
            number % 3 == 0 ? "null" : "{\"x\": 0.1}");
  }

  private static JsonNode json(byte[] bytes) throws IOException {
    return bytes == null ? null : JSON.readTree(bytes);
  }
}
