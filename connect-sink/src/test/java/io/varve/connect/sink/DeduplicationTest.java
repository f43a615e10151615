package io.varve.connect.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.Store;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of events with the same message id the first is stored, whatever happens in between. */
final class DeduplicationTest extends SinkFixture {

  private static final long BEGIN_MS = 1_700_000_000_000L;
  private static final String KEPT = "orders.duplicates";

  private final FakeWorker.DeadLetterQueue queue = new FakeWorker.DeadLetterQueue();
  private final FakeMetrics metrics = new FakeMetrics();

  @BeforeEach
  void enabled() {
    properties.put("dedup.id", "header:id");
    properties.put("dedup.ttl", "PT1H");
  }

  @Test
  void eachIdIsStoredOnceAndTheOffsetsGoOn() {
    produce("a", "b", "a", "c", "b", "b", "d");
    FakeWorker worker = archiving();

    worker.drainAndCommit();
    worker.iterate();

    assertThat(kafka.committed).containsEntry(ORDERS_0, 7L);
    assertThat(metrics.value("events-stored-total")).isEqualTo(4);
    assertThat(metrics.value("deduplicated-events-total")).isEqualTo(3);
    assertThat(metrics.value("duplicates-skipped-total")).isZero();
    assertThat(metrics.value("gaps-total")).isZero();
    assertThat(metrics.value("next-offset orders 0")).isEqualTo(7);
    assertThat(metrics.value("dedup-ids orders 0")).isEqualTo(4);
    assertThat(metrics.value("dedup-stored-total orders 0")).isEqualTo(4);
    assertThat(metrics.value("dedup-duplicates-total orders 0")).isEqualTo(3);
    assertThat(metrics.value("dedup-memory-bytes orders 0")).isPositive();
    worker.shutDown();
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 3L, 6L);
    assertThat(new String(events("orders", 1, 0).get(1).messageId(), UTF_8)).isEqualTo("b");
  }

  @Test
  void eachPartitionHasIdsOfItsOwn() {
    produceTo(ORDERS_0, "a", BEGIN_MS);
    produceTo(ORDERS_1, "a", BEGIN_MS);
    FakeWorker worker = archiving(ORDERS_0, ORDERS_1);
    worker.drainAndCommit();
    worker.shutDown();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L);
    assertThat(offsets("orders", 1, 1)).containsExactly(0L);
  }

  @Test
  void eventsWithoutAnIdAreAllStored() {
    kafka.produce(ORDERS_0, 3);
    produce("a");
    kafka.produce(ORDERS_0, 3);
    produce("a");
    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void duplicatesAtTheEndAreRecognisedAgainAfterARestart() {
    produce("a", "b", "a", "b");
    run();
    FakeWorker second = run();
    assertThat(second.delivered).as("the last stored event, and what came behind it").isEqualTo(3);
    assertThat(latestGeneration("orders")).isEqualTo(1);

    produce("a", "c", "c");
    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 5L);
    assertThat(kafka.committed).containsEntry(ORDERS_0, 7L);
  }

  @Test
  void soTheyAreAfterACrash() {
    produce("a", "b", "a");
    FakeWorker crashed = archiving();
    crashed.drainAndCommit();
    produce("b", "a", "c");

    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 5L);
    assertThat(kafka.committed).containsEntry(ORDERS_0, 6L);
  }

  @Test
  void anIdThatIsTooOldCountsNoMore() {
    produceTo(ORDERS_0, "a", BEGIN_MS);
    produceTo(ORDERS_0, "a", BEGIN_MS + 3_599_999);
    produceTo(ORDERS_0, "a", BEGIN_MS + 3_600_000);
    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 2L);
  }

  @Test
  void aTopicCreatedAgainBeginsWithoutIds() {
    produce("a", "b");
    run();
    kafka.delete(ORDERS_0);
    produceTo(ORDERS_0, "b", BEGIN_MS + 77);
    produceTo(ORDERS_0, "a", BEGIN_MS + 78);
    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L);
    assertThat(offsets("orders", 2, 0)).containsExactly(0L, 1L);
  }

  @Test
  void whatCanNotBeAnIdGoesToTheDeadLetterQueue() {
    produce("a");
    produce("");
    produce("x".repeat(1025));
    kafka.produce(
        ORDERS_0, new FakeKafka.Content(null, bytes("k"), bytes("v"), Map.of("id", utf8("b"))));
    produce("c");
    run();

    assertThat(queue.records.stream().map(SinkRecord::originalKafkaOffset))
        .containsExactly(1L, 2L, 3L);
    assertThat(queue.reasons.get(0))
        .contains("orders-0 offset 1", "header:id (dedup.id)", "1 to 1024 bytes, found 0");
    assertThat(queue.reasons.get(1)).contains("orders-0 offset 2", "found 1025 bytes");
    assertThat(queue.reasons.get(2)).contains("orders-0 offset 3", "'b'", "timestamp");
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 4L);
  }

  @Test
  void keysAndFieldsServeAsIds() {
    properties.put("dedup.id", "key");
    for (String key : new String[] {"a", "b", "a", null, null}) {
      kafka.produce(ORDERS_0, FakeKafka.Content.of(BEGIN_MS, key, "v"));
    }
    run();
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 3L, 4L);

    properties.put("dedup.id", "value:order.id");
    Schema order = SchemaBuilder.struct().field("id", Schema.OPTIONAL_INT32_SCHEMA).build();
    Schema schema = SchemaBuilder.struct().field("order", order).build();
    for (Integer id : new Integer[] {1, 2, 1, null, null}) {
      Struct value = new Struct(schema).put("order", new Struct(order).put("id", id));
      kafka.produce(
          ORDERS_1,
          new FakeKafka.Content(BEGIN_MS, bytes("k"), new SchemaAndValue(schema, value), Map.of()));
    }
    FakeWorker worker = archiving(ORDERS_1);
    worker.drainAndCommit();
    worker.shutDown();
    assertThat(offsets("orders", 1, 1)).containsExactly(0L, 1L, 3L, 4L);
  }

  @Test
  void theSettingMayComeAndGo() {
    properties.remove("dedup.id");
    produce("a", "a");
    run();
    properties.put("dedup.id", "header:id");
    produce("a", "a", "b", "b");
    run();
    properties.remove("dedup.id");
    produce("b", "b");
    run();

    assertThat(offsets("orders", 1, 0))
        .as("ids are remembered from the events that were stored with one")
        .containsExactly(0L, 1L, 2L, 4L, 6L, 7L);
    assertThat(latestGeneration("orders")).isEqualTo(1);
  }

  @Test
  void nothingIsHeldOnToOfAPartitionThatIsGone() throws IOException {
    produce("a", "b", "a");
    FakeWorker worker = archiving();
    worker.drainAndCommit();
    assertThat(openFiles()).isNotEmpty();

    worker.revoke(ORDERS_0);
    assertThat(openFiles()).isEmpty();
    assertThat(metrics.gauges).doesNotContainKey("dedup-ids orders 0");

    worker.assign(ORDERS_0);
    produce("b", "c");
    worker.drainAndCommit();
    worker.shutDown();
    assertThat(openFiles()).isEmpty();
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 4L);
  }

  // ---- duplicates that are kept ----

  @Test
  void duplicatesAreKeptUnderTheirOffsetsIfAStreamIsNamed() {
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    produce("a", "b", "a", "c", "b");
    run();
    run();
    produce("a");
    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 3L);
    assertThat(offsets(KEPT, 1, 0)).containsExactly(2L, 4L, 5L);
    Event kept = events(KEPT, 1, 0).get(1);
    assertThat(kept.value()).isEqualTo(kafka.content(ORDERS_0, 4).value().value());
    assertThat(new String(kept.messageId(), UTF_8)).isEqualTo("b");
    assertThat(kafka.committed).containsEntry(ORDERS_0, 6L);
  }

  @Test
  void thoseThatWereNotKeptBeforeACrashComeAgain() {
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    produce("a", "b");
    run();
    // As if the machine had died when one log was synced and the other was not.
    properties.remove("dedup.duplicates.stream");
    produce("a", "c", "b", "d", "", "d");
    run();
    assertThat(offsets(KEPT, 1, 0)).isEmpty();

    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    run();

    assertThat(offsets(KEPT, 1, 0)).containsExactly(2L, 4L, 7L);
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 3L, 5L);
    assertThat(queue.records).as("not sent again").hasSize(1);
    run();
    assertThat(offsets(KEPT, 1, 0)).containsExactly(2L, 4L, 7L);
  }

  @Test
  void whatAUserLeavesOutIsNotMissingAmongThem() {
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    produce("a", "a");
    run();
    produce("b", "c", "d");
    properties.put("store.path", store().toString());
    new VarveSinkConnector().alterOffsets(properties, Map.of(ORDERS_0, 4L));
    kafka.committed.put(ORDERS_0, 4L);
    run();

    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 4L);
    assertThat(offsets(KEPT, 1, 0)).containsExactly(1L);
  }

  @Test
  void aDuplicateThatIsTooLargeToKeepGoesToTheDeadLetterQueue() {
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    properties.put("event.bytes.max", "2000");
    produce("a");
    kafka.produce(
        ORDERS_0,
        new FakeKafka.Content(
            BEGIN_MS, bytes("k"), bytes("x".repeat(5000)), Map.of("id", utf8("a"))));
    produce("a");
    run();

    assertThat(queue.records.stream().map(SinkRecord::originalKafkaOffset)).containsExactly(1L);
    assertThat(offsets(KEPT, 1, 0)).containsExactly(2L);
  }

  @Test
  void theStreamBeginsWhereTheLogEndsWhenItIsNamed() {
    produce("a", "a");
    run();
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    produce("a");
    run();

    assertThat(offsets(KEPT, 1, 0)).containsExactly(2L);
    try (Store store = Store.openReadOnly(store())) {
      assertThat(store.stats(new StreamPartition(KEPT, 1, 0)).nextOffset()).isEqualTo(3);
    }
  }

  @Test
  void duplicatesGoIntoTheGenerationOfTheirLog() {
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    produce("a", "a");
    run();
    kafka.delete(ORDERS_0);
    produceTo(ORDERS_0, "b", BEGIN_MS + 77);
    produceTo(ORDERS_0, "b", BEGIN_MS + 78);
    produceTo(ORDERS_0, "b", BEGIN_MS + 79);
    run();

    assertThat(offsets(KEPT, 1, 0)).containsExactly(1L);
    assertThat(offsets(KEPT, 2, 0)).containsExactly(1L, 2L);
  }

  @Test
  void aStreamThatIsWrittenAlreadyTakesNoDuplicates() {
    properties.put("topics", "orders,orders.duplicates");
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    TopicPartition other = new TopicPartition("orders.duplicates", 0);
    properties.remove("topics");
    properties.put("topics.regex", "orders.*");
    FakeWorker worker = started();

    assertThatThrownBy(() -> worker.assign(ORDERS_0, other))
        .isInstanceOf(ConnectException.class)
        .hasMessageContainingAll(
            "the duplicates of topic 'orders'", "topic 'orders.duplicates'", "stream 'orders.dup");
  }

  private FakeWorker run() {
    FakeWorker worker = archiving();
    worker.drainAndCommit();
    worker.shutDown();
    return worker;
  }

  private FakeWorker archiving() {
    FakeWorker worker = worker();
    worker.reporter = queue;
    worker.metrics = metrics;
    worker.start(properties);
    worker.assign(ORDERS_0);
    return worker;
  }

  private void produce(String... ids) {
    for (String id : ids) {
      produceTo(ORDERS_0, id, BEGIN_MS + kafka.endOffset(ORDERS_0));
    }
  }

  private void produceTo(TopicPartition partition, String id, long timestampMs) {
    kafka.produce(
        partition,
        new FakeKafka.Content(
            timestampMs,
            bytes("key"),
            bytes("value at " + kafka.endOffset(partition)),
            Map.of("id", utf8(id))));
  }

  private static SchemaAndValue bytes(String text) {
    return new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, utf8(text));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  /** Files below the store's streams that this process has open. */
  private List<String> openFiles() throws IOException {
    String streams = store().resolve("streams").toRealPath().toString();
    try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
      return handles
          .map(DeduplicationTest::target)
          .filter(file -> file.startsWith(streams))
          .toList();
    }
  }

  private static String target(Path handle) {
    try {
      return Files.readSymbolicLink(handle).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
