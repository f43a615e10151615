package io.varve.integration;

import static io.varve.integration.Connectors.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.cluster.ConnectorOffset;
import io.varve.cluster.JmxMetrics;
import io.varve.cluster.RestException;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What an operator does with connectors that run, and what a reader sees meanwhile. */
final class OperationsTest extends ClusterTest {
  @Test
  void sinkGoesOnWhereItsOffsetsAreSetTo() {
    archive("altered", 100);
    assertThat(offsets("altered", "kafka_offset")).containsExactlyInAnyOrder(50L, 50L);
    cluster.rest().stop("altered");
    cluster.rest().awaitState("altered", "STOPPED", Connectors.LIMIT);
    send("altered", 100, 100);

    // Partition 0 leaves out offsets 50 to 79; partition 1 is read once more and stored once.
    cluster
        .rest()
        .alterOffsets(
            "altered",
            List.of(
                ConnectorOffset.ofSink("altered", 0, 80), ConnectorOffset.ofSink("altered", 1, 0)));
    cluster.rest().resume("altered");
    StoreEvents.awaitCount(store, "altered", 1, 170);

    SortedMap<Integer, List<SeenEvent>> sent = TopicEvents.read(cluster.bootstrap(), "altered");
    List<SeenEvent> first = new ArrayList<>(sent.get(0).subList(0, 50));
    first.addAll(sent.get(0).subList(80, 100));
    assertThat(StoreEvents.read(store, "altered", 1)).isEqualTo(Map.of(0, first, 1, sent.get(1)));

    cluster.rest().stop("altered");
    cluster.rest().awaitState("altered", "STOPPED", Connectors.LIMIT);
    assertThatThrownBy(
            () ->
                cluster
                    .rest()
                    .alterOffsets("altered", List.of(ConnectorOffset.ofSink("unknown", 0, 0))))
        .isInstanceOf(RestException.class)
        .hasMessageContaining("does not archive the topic 'unknown'");
  }

  @Test
  void sourceGoesOnWhereItsOffsetsAreSetTo() {
    archive("rewound", 100);
    cluster.topics().create("rewound-back", 2);
    connectors.start("rewound-back", connectors.source("rewound", "${stream}-back"));
    awaitReplayed("rewound-back", 100);
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(offsets("rewound-back", "offset")).containsExactlyInAnyOrder(50L, 50L));
    cluster.rest().stop("rewound-back");
    cluster.rest().awaitState("rewound-back", "STOPPED", Connectors.LIMIT);

    assertThatThrownBy(() -> alter("rewound-back", "rewound", 0, 51))
        .isInstanceOf(RestException.class)
        .hasMessageContaining("beyond the end");
    assertThatThrownBy(() -> alter("rewound-back", "absent", 0, 0))
        .isInstanceOf(RestException.class)
        .hasMessageContaining("the store has no");
    alter("rewound-back", "rewound", 0, 40);
    cluster.rest().resume("rewound-back");
    awaitReplayed("rewound-back", 110);

    List<SeenEvent> archived = StoreEvents.read(store, "rewound", 1).get(0);
    List<SeenEvent> expected = new ArrayList<>(archived);
    expected.addAll(archived.subList(40, 50));
    assertThat(TopicEvents.read(cluster.bootstrap(), "rewound-back").get(0)).isEqualTo(expected);
  }

  @Test
  void pausedRestartedAndStoppedConnectorsGoOnWithoutLossOrRepetition() {
    archive("paused", 100);
    cluster.topics().create("paused-back", 2);
    connectors.start("paused-back", connectors.source("paused", "${stream}-back", "mode", "tail"));
    awaitReplayed("paused-back", 100);

    for (String connector : List.of("paused", "paused-back")) {
      cluster.rest().pause(connector);
      cluster.rest().awaitState(connector, "PAUSED", Connectors.LIMIT);
    }
    send("paused", 100, 100);
    for (String connector : List.of("paused", "paused-back")) {
      cluster.rest().resume(connector);
    }
    awaitReplayed("paused-back", 200);

    for (String connector : List.of("paused", "paused-back")) {
      cluster.rest().restart(connector);
    }
    send("paused", 200, 100);
    awaitReplayed("paused-back", 300);

    for (String connector : List.of("paused", "paused-back")) {
      cluster.rest().stop(connector);
      cluster.rest().awaitState(connector, "STOPPED", Connectors.LIMIT);
      cluster.rest().resume(connector);
    }
    send("paused", 300, 100);
    awaitReplayed("paused-back", 400);

    SortedMap<Integer, List<SeenEvent>> sent = TopicEvents.read(cluster.bootstrap(), "paused");
    assertThat(StoreEvents.read(store, "paused", 1)).isEqualTo(sent);
    assertThat(TopicEvents.read(cluster.bootstrap(), "paused-back")).isEqualTo(sent);
  }

  @Test
  void metricsOfBothConnectorsAreAmongTheWorkersMetrics() {
    archive("measured", 100);
    cluster.topics().create("measured-back", 2);
    connectors.start(
        "measured-back", connectors.source("measured", "${stream}-back", "tasks.max", "1"));
    awaitReplayed("measured-back", 100);
    try (JmxMetrics metrics = cluster.worker().metrics()) {
      String source = "measured-back,task=*";
      assertThat(sum(metrics, source, "events-total")).isEqualTo(100);
      await().atMost(Connectors.LIMIT).until(() -> sum(metrics, source, "done-ratio") == 1.0);
      String replayed = source + ",stream=measured,generation=1,partition=*";
      assertThat(sum(metrics, replayed, "position")).isEqualTo(100);
      assertThat(sum(metrics, replayed, "lag-offsets")).isZero();

      send("measured", 100, 100);
      StoreEvents.awaitCount(store, "measured", 1, 200);
      String sink = "measured,task=*";
      String logs = sink + ",topic=measured,partition=*";
      await()
          .atMost(Connectors.LIMIT)
          .untilAsserted(
              () -> {
                assertThat(sum(metrics, sink, "events-stored-total")).isEqualTo(200);
                assertThat(sum(metrics, logs, "durable-offset")).isEqualTo(200);
                // Counted from a log's opening, which a rebalance of the consumers repeats.
                assertThat(sum(metrics, logs, "log-events-total")).isBetween(100.0, 200.0);
              });
      assertThat(sum(metrics, logs, "log-append-time-ns-max")).isPositive();
      assertThat(sum(metrics, logs, "log-sync-time-ns-p99")).isPositive();
      assertThat(sum(metrics, logs, "recovery-time-ns")).isPositive();
    }
  }

  @Test
  void readerHereFollowsTheWorkerThatWrites() {
    archive("followed", 10);
    List<String> keys = new ArrayList<>();
    try (Store read = Store.openReadOnly(store);
        LogReader reader =
            read.openReader(new StreamPartition("followed", 1, 0), ReadRange.all())) {
      for (int round = 1; round <= 5; round++) {
        send("followed", round * 10, 10);
        int wanted = (round + 1) * 5;
        await()
            .pollInterval(Duration.ofMillis(1))
            .atMost(Connectors.LIMIT)
            .until(() -> follow(reader, keys) == wanted);
      }
    }
    assertThat(keys)
        .isEqualTo(
            TopicEvents.read(cluster.bootstrap(), "followed").get(0).stream()
                .map(SeenEvent::key)
                .toList());
  }

  private static int follow(LogReader reader, List<String> keys) {
    reader.await(Duration.ofMillis(200));
    while (reader.next()) {
      keys.add(SeenEvent.shown(reader.event().key()));
    }
    return keys.size();
  }

  /** Archives numbered events of a new topic with two partitions, by a sink of its name. */
  private void archive(String topic, int events) {
    cluster.topics().create(topic, 2);
    send(topic, 0, events);
    connectors.start(topic, with(connectors.sink(topic), "compression.type", "snappy"));
    StoreEvents.awaitCount(store, topic, 1, events);
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(offsets(topic, "kafka_offset").stream().mapToLong(o -> o).sum())
                    .isEqualTo(events));
  }

  private void send(String topic, int first, int count) {
    Producers.send(cluster.bootstrap(), Producers.numbered(topic, 2, first, count));
  }

  private void awaitReplayed(String topic, int events) {
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () -> assertThat(TopicEvents.count(cluster.bootstrap(), topic)).isEqualTo(events));
  }

  private List<Long> offsets(String connector, String name) {
    return cluster.rest().offsets(connector).stream()
        .map(each -> ((Number) each.offset().get(name)).longValue())
        .toList();
  }

  private void alter(String connector, String stream, int partition, long offset) {
    cluster
        .rest()
        .alterOffsets(
            connector,
            List.of(
                new ConnectorOffset(
                    Map.of("stream", stream, "generation", 1, "partition", partition),
                    Map.of("offset", offset))));
  }

  /** The sum of an attribute over the plugin metrics whose name goes on like this. */
  private static double sum(JmxMetrics metrics, String connector, String attribute) {
    return metrics.names("kafka.connect:type=plugins,connector=" + connector).stream()
        .mapToDouble(name -> metrics.number(name, attribute))
        .sum();
  }
}
