package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.Store;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** Topics that appear, and topics that are deleted and created again, while connectors run. */
final class NewStreamsTest extends ClusterTest {
  @Test
  void topicsThatAppearLaterAreArchivedAndReplayedToo() {
    create("regex-a");
    send("regex-a", 0, 20);
    connectors.start("regex", connectors.sink("", "topics", "", "topics.regex", "regex-[a-z]"));
    connectors.start(
        "regex-back",
        connectors.source(
            "regex-.*",
            "${stream}-back",
            "mode",
            "tail",
            "topic.creation.default.partitions",
            "2",
            "topic.creation.default.replication.factor",
            "1"));
    awaitCopy("regex-a");

    create("regex-b");
    send("regex-b", 0, 20);
    send("regex-a", 20, 20);

    awaitCopy("regex-b");
    awaitCopy("regex-a");
    assertThat(StoreEvents.read(store, "regex-b", 1))
        .isEqualTo(TopicEvents.read(cluster.bootstrap(), "regex-b"));
  }

  @Test
  void topicCreatedAgainBeginsTheNextGenerationAndTheFirstStaysReplayable() {
    create("again");
    send("again", 0, 100);
    SortedMap<Integer, List<SeenEvent>> first = TopicEvents.read(cluster.bootstrap(), "again");
    connectors.start("again", connectors.sink("again"));
    StoreEvents.awaitCount(store, "again", 1, 100);

    cluster.topics().delete("again");
    create("again");
    send("again", 1000, 60);
    SortedMap<Integer, List<SeenEvent>> second = TopicEvents.read(cluster.bootstrap(), "again");
    StoreEvents.awaitCount(store, "again", 2, 60);

    assertThat(StoreEvents.read(store, "again", 1)).isEqualTo(first);
    assertThat(StoreEvents.read(store, "again", 2)).isEqualTo(second);
    try (Store read = Store.openReadOnly(store)) {
      assertThat(read.generations("again")).containsExactly(1, 2);
    }
    replay("again-first", first, "generation", "1");
    replay("again-second", second);
  }

  private void replay(
      String topic, SortedMap<Integer, List<SeenEvent>> expected, String... settings) {
    create(topic);
    connectors.start(topic, connectors.source("again", topic, settings));
    int count = expected.values().stream().mapToInt(List::size).sum();
    await()
        .atMost(Connectors.LIMIT)
        .until(() -> TopicEvents.count(cluster.bootstrap(), topic) >= count);
    assertThat(TopicEvents.read(cluster.bootstrap(), topic)).isEqualTo(expected);
  }

  private void awaitCopy(String topic) {
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () -> {
              assertThat(cluster.topics().exists(topic + "-back")).isTrue();
              assertThat(TopicEvents.read(cluster.bootstrap(), topic + "-back"))
                  .isEqualTo(TopicEvents.read(cluster.bootstrap(), topic));
            });
  }

  private void create(String topic) {
    cluster.topics().create(topic, 2);
  }

  private void send(String topic, int first, int count) {
    Producers.send(cluster.bootstrap(), Producers.numbered(topic, 2, first, count));
  }
}
