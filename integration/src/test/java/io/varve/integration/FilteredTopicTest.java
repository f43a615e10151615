package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.FieldIndexes;
import io.varve.Store;
import io.varve.cluster.JmxMetrics;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/**
 * One customer's events of a topic: indexed by the sink while they are archived, replayed by a
 * source with a filter, whose worker is killed on the way.
 */
final class FilteredTopicTest extends ClusterTest {

  private static final int PARTITIONS = 2;
  private static final int EVENTS = 60_000;
  private static final String CUSTOMER = "\"customer\": 42,";

  /** Each customer comes again every 6,000 events, with twenty of them. */
  private static List<ProducerRecord<byte[], byte[]>> orders(int first, int count) {
    List<ProducerRecord<byte[], byte[]>> orders = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      String value = "{\"customer\": " + i / 20 % 300 + ", \"number\": " + i + "}";
      orders.add(
          new ProducerRecord<>(
              "filtered",
              i % PARTITIONS,
              EventsOfEveryKind.FROM_MS + i,
              ("order " + i).getBytes(UTF_8),
              value.getBytes(UTF_8)));
    }
    return orders;
  }

  private boolean isIndexed() {
    if (!Store.exists(store)) {
      return false;
    }
    try (Store read = Store.openReadOnly(store)) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        FieldIndexes.Status status =
            read.fieldIndexes()
                .status(new StreamPartition("filtered", 1, partition), "varve-query 1");
        Integer indexed = status.indexedSegments().get("value.customer");
        if (status.segments() < 5 || indexed == null || indexed != status.segments()) {
          return false;
        }
      }
      return true;
    }
  }

  /** The values that have a certain part, by partition. */
  private SortedMap<Integer, List<String>> values(String topic, String part) {
    SortedMap<Integer, List<String>> values = new TreeMap<>();
    TopicEvents.records(cluster.bootstrap(), topic)
        .forEach(
            (partition, records) ->
                values.put(
                    partition,
                    records.stream()
                        .map(ConsumerRecord::value)
                        .map(value -> new String(value, UTF_8))
                        .filter(value -> value.contains(part))
                        .toList()));
    return values;
  }

  /** Events that the tasks have read since they started. */
  private double eventsRead() {
    try (JmxMetrics metrics = cluster.worker().metrics()) {
      return metrics.names("kafka.connect:type=plugins,connector=filtered-42,task=*").stream()
          .mapToDouble(name -> metrics.number(name, "events-read-total"))
          .sum();
    }
  }

  @Test
  void theEventsOfOneCustomerAreReplayedOnceThoughTheWorkerIsKilled() {
    cluster.topics().create("filtered", PARTITIONS);
    cluster.topics().create("filtered-42", PARTITIONS);
    cluster.topics().create("filtered-progress", 1);
    Producers.send(cluster.bootstrap(), orders(0, EVENTS));
    connectors.start(
        "filtered",
        connectors.sink(
            "filtered",
            "index.fields",
            "customer",
            "index.interval.ms",
            "200",
            "compression.type",
            "none",
            "batch.bytes",
            "4096",
            "segment.bytes",
            "262144"));
    StoreEvents.awaitCount(store, "filtered", 1, EVENTS);
    await().atMost(Connectors.LIMIT).until(this::isIndexed);

    Map<String, String> settings =
        connectors.source(
            "filtered",
            "${stream}-42",
            "filter",
            "value.customer == 42",
            "progress.topic",
            "filtered-progress",
            "progress.interval.ms",
            "200",
            "transaction.events.max",
            "5");
    assertThat(
            cluster
                .rest()
                .validate(Connectors.with(settings, "filter", "value.customer == "))
                .get("filter"))
        .singleElement()
        .asString()
        .contains("line 1, column");
    connectors.put("filtered-42", settings);
    await()
        .atMost(Connectors.LIMIT)
        .until(() -> TopicEvents.count(cluster.bootstrap(), "filtered-42") >= 10);
    cluster.worker().kill();
    cluster.worker().launch();
    cluster.worker().awaitReady();

    await()
        .atMost(Connectors.LIMIT)
        .until(
            () ->
                cluster.rest().offsets("filtered-42").size() == PARTITIONS
                    && cluster.rest().offsets("filtered-42").stream()
                        .allMatch(
                            each -> each.offset().get("offset").equals(each.offset().get("end"))));
    SortedMap<Integer, List<String>> expected = values("filtered", CUSTOMER);
    assertThat(expected.values()).allSatisfy(each -> assertThat(each).hasSize(100));
    assertThat(values("filtered-42", "")).isEqualTo(expected);
    assertThat(eventsRead()).as("the index leads to few others").isLessThan(EVENTS / 4.0);
    assertThat(cluster.workerLog()).contains("where value.customer == 42: replay complete");
  }
}
