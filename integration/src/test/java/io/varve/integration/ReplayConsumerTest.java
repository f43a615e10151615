package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.replay.VarveConsumer;
import io.varve.replay.offsets.GroupOffsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The replay consumer answers as Kafka's own: the same random calls on both, of topics with gaps
 * and of their archive. {@code -Dvarve.consumer.seed=N} replays the consumers of one seed, {@code
 * -Dvarve.consumer.sequences=N} says how many sequences of calls are made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReplayConsumerTest {

  private static final int SEQUENCES_A_PAIR = 25;
  private static final int SEQUENCES =
      Integer.getInteger("varve.consumer.sequences", Boolean.getBoolean("nightly") ? 10_000 : 300);
  private static final String[] POLICIES = {"earliest", "latest", "none"};

  private ConsumerTopics topics;

  @BeforeAll
  void open(@TempDir Path folder) {
    topics = ConsumerTopics.open(folder);
  }

  @AfterAll
  void close() {
    topics.close();
  }

  @Test
  void theTopicsHaveGaps() {
    assertThat(topics.partitions())
        .filteredOn(
            partition -> {
              var events = topics.events(partition);
              long span = events.get(events.size() - 1).offset() - events.get(0).offset() + 1;
              return span > events.size();
            })
        .extracting(partition -> partition.topic())
        .contains("transactions", "compacted");
  }

  @Test
  void offsetsComeFromTheClusterAndGoBack() {
    TopicPartition plain = new TopicPartition("plain", 1);
    TopicPartition beyond = new TopicPartition("transactions", 1);
    TopicPartition none = new TopicPartition("not-archived", 0);
    topics.cluster().topics().create("not-archived", 1);
    Map<String, Object> settings =
        Map.of("bootstrap.servers", topics.bootstrap(), "group.id", "moved");
    try (KafkaConsumer<byte[], byte[]> kafka =
            new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        GroupOffsets offsets = GroupOffsets.open(topics.store())) {
      // The end of the topic is behind a marker, the archive's is not.
      long end = kafka.endOffsets(List.of(beyond)).get(beyond);
      long archived = topics.end(beyond);
      assertThat(archived).isLessThan(end);
      kafka.commitSync(
          Map.of(
              plain, new OffsetAndMetadata(7, "seven"),
              beyond, new OffsetAndMetadata(end),
              none, new OffsetAndMetadata(0)));

      assertThat(offsets.importFrom(topics.cluster().topics().admin(), "moved", "taken"))
          .containsExactly(
              new GroupOffsets.Imported(none, 0, -1),
              new GroupOffsets.Imported(plain, 7, 7),
              new GroupOffsets.Imported(beyond, end, archived));
      try (VarveConsumer<byte[], byte[]> varve =
          new VarveConsumer<>(
              Map.of("varve.store.path", topics.store().toString(), "group.id", "taken"),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer())) {
        varve.assign(List.of(plain, beyond));
        assertThat(varve.position(plain)).isEqualTo(7);
        assertThat(varve.position(beyond)).isEqualTo(archived);
        varve.seek(plain, 9);
      }
      // Closing has committed where it stood.
      assertThat(offsets.committed("taken")).containsEntry(plain, new OffsetAndMetadata(9, ""));
      offsets.exportTo(topics.cluster().topics().admin(), "taken", "back");
      try (KafkaConsumer<byte[], byte[]> back =
          new KafkaConsumer<>(
              Map.of("bootstrap.servers", topics.bootstrap(), "group.id", "back"),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer())) {
        assertThat(back.committed(Set.of(plain)))
            .containsEntry(plain, new OffsetAndMetadata(9, ""));
      }
    }
  }

  @Test
  void randomCallsAreAnsweredAsByKafka() {
    Long only = Long.getLong("varve.consumer.seed");
    int pairs = only != null ? 1 : Math.max(1, SEQUENCES / SEQUENCES_A_PAIR);
    for (int i = 0; i < pairs; i++) {
      long seed = only != null ? only : i;
      Random random = new Random(seed);
      int pollRecordsMax = 1 + random.nextInt(60);
      Map<String, Object> settings =
          Map.of(
              "group.id",
              "pair-" + seed,
              "enable.auto.commit",
              false,
              "auto.offset.reset",
              POLICIES[random.nextInt(POLICIES.length)],
              "max.partition.fetch.bytes",
              200 + random.nextInt(20_000));
      try (ConsumerPair pair = new ConsumerPair(topics, settings, pollRecordsMax)) {
        for (int n = 0; n < SEQUENCES_A_PAIR; n++) {
          pair.beginSequence("seed " + seed + ", sequence " + n);
          new ConsumerCalls(topics, pair, seed * 1_000_003 + n).run();
        }
      }
    }
  }
}
