package io.varve.replay.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.replay.StoredBytes;
import io.varve.replay.StructuredData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TopicReplayTest {

  private static final StreamPartition P0 = new StreamPartition("orders", 1, 0);
  private static final StreamPartition P1 = new StreamPartition("orders", 1, 1);
  private static final OffsetTable.Of OF = new OffsetTable.Of("orders", 1, "t", new Uuid(1, 2));

  @TempDir Path folder;
  private Store store;
  private OffsetTables file;
  private OffsetTable table;
  private MockProducer<byte[], byte[]> producer;

  @BeforeEach
  void open() {
    store = Store.open(folder, StoreSettings.defaults());
    file = new OffsetTables(store.backupSource(), OF);
    table = file.load();
    Node node = new Node(0, "localhost", 1);
    Node[] nodes = {node};
    Cluster cluster =
        new Cluster(
            "c",
            List.of(node),
            List.of(
                new PartitionInfo("t", 0, node, nodes, nodes),
                new PartitionInfo("t", 1, node, nodes, nodes)),
            java.util.Set.of(),
            java.util.Set.of());
    producer =
        new MockProducer<>(
            cluster,
            false,
            new RoundRobinPartitioner(),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private TopicReplay replay(boolean keepPartition, boolean origin, long end) {
    TopicState topic =
        new TopicState("t", OF.topicId(), Map.of(0, 0L, 1, 0L), Map.of(0, end, 1, end));
    EventRecords records =
        new EventRecords("t", keepPartition, origin, new StoredBytes(StructuredData.REFUSE, store));
    return new TopicReplay(producer, records, topic, table, file);
  }

  private static Event event(long offset) {
    return Event.of(offset, 1_000 + offset, "k".getBytes(UTF_8), "v".getBytes(UTF_8));
  }

  @Test
  void aRecordIsTheEventAndSaysWhereItComesFrom() {
    Event event =
        new Event(
            7,
            5,
            TimestampType.CREATE,
            Encoding.BYTES,
            null,
            Encoding.STRING,
            "v".getBytes(UTF_8),
            Headers.builder()
                .add("h", Encoding.NONE, null)
                .add(Reserved.SCHEDULE_ID, "id".getBytes(UTF_8))
                .add("h", "2".getBytes(UTF_8))
                .build(),
            null,
            Event.NOT_DELAYED);

    replay(true, true, 0).send(P1, event);
    replay(true, false, 0).send(P0, event(8));

    ProducerRecord<byte[], byte[]> record = producer.history().get(0);
    assertThat(record.partition()).isEqualTo(1);
    assertThat(record.timestamp()).isEqualTo(5);
    assertThat(record.key()).isNull();
    assertThat(record.value()).isEqualTo("v".getBytes(UTF_8));
    assertThat(StreamSupport.stream(record.headers().spliterator(), false))
        .extracting(h -> h.key() + "=" + (h.value() == null ? null : new String(h.value(), UTF_8)))
        .containsExactly(
            "h=null",
            "h=2",
            "varve.stream=orders",
            "varve.generation=1",
            "varve.partition=1",
            "varve.offset=7");
    assertThat(producer.history().get(1).headers()).isEmpty();
  }

  @Test
  void whatIsAcknowledgedIsKnownAndKept() {
    TopicReplay replay = replay(true, true, 0);
    for (long offset : new long[] {10, 11, 15}) {
      replay.send(P0, event(offset));
    }
    replay.send(P1, event(3));
    producer.completeNext();
    producer.completeNext();

    assertThat(replay.next()).isEqualTo(Map.of(0, 12L, 1, 3L));
    assertThat(replay.acknowledged()).isEqualTo(2);
    replay.settle();
    assertThat(replay.next()).isEqualTo(Map.of(0, 16L, 1, 4L));
    OffsetTable kept = new OffsetTables(store.backupSource(), OF).load();
    assertThat(kept.replayed()).isEqualTo(Map.of(0, 16L, 1, 4L));
    assertThat(kept.inTopic(Map.of(0, 12L))).isEqualTo(Map.of(0, 2L, 1, 0L));
  }

  @Test
  void theFirstFailureEndsItAndTellsWhereToGoOn() {
    TopicReplay replay = replay(true, true, 0);
    for (long offset = 0; offset < 4; offset++) {
      replay.send(P0, event(offset));
    }
    producer.completeNext();
    producer.errorNext(new RecordTooLargeException("too large"));
    producer.completeNext();

    assertThatThrownBy(() -> replay.send(P0, event(4)))
        .isInstanceOf(KafkaException.class)
        .hasMessage("Sending orders-0 offset 1 to the topic t failed: too large");
    assertThatThrownBy(replay::settle).hasMessageContaining("offset 1");
    replay.abandon(Duration.ZERO);
    assertThat(replay.next()).isEqualTo(Map.of(0, 1L));
    assertThat(file.load().replayed()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void byKeyNothingIsSureBeforeAllIsAcknowledged() {
    TopicReplay replay = replay(false, true, 0);
    replay.send(P0, event(5));
    replay.send(P0, event(6));
    producer.completeNext();

    assertThat(replay.next()).isEqualTo(Map.of(0, 5L));
    producer.completeNext();
    assertThat(replay.next()).isEqualTo(Map.of(0, 7L));
    assertThat(table.inTopic(Map.of(0, 6L)).values()).containsExactlyInAnyOrder(0L, 1L);
  }

  /** The producer's records stand at 0, where the topic is said to have 9 already. */
  @Test
  void whatOthersWriteIsLeftToTheHeadersUnlessThereAreNone() {
    TopicReplay replay = replay(true, true, 9);
    replay.send(P0, event(5));
    producer.completeNext();
    assertThat(table.spans()).isEmpty();
    assertThat(table.seen(0)).isZero();

    replay(true, false, 9);
    assertThat(table.seen(0)).isEqualTo(9);
  }

  @Test
  void withoutHeadersOnlyOneMayKeepTheOffsets() {
    TopicReplay replay = replay(true, false, 0);
    OffsetTables other = new OffsetTables(store.backupSource(), OF);
    other.save(other.load());
    replay.send(P0, event(5));
    producer.completeNext();

    assertThatThrownBy(replay::settle).hasMessageContaining("Somebody else");
    TopicReplay withHeaders = replay(true, true, 0);
    withHeaders.settle();
  }
}
