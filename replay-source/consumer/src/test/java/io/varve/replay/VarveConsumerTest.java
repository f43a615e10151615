package io.varve.replay;

import static io.varve.replay.StoreFixture.LIMIT;
import static io.varve.replay.StoreFixture.bytes;
import static io.varve.replay.StoreFixture.poll;
import static io.varve.replay.StoreFixture.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.Encoding;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the differential test can't show: the store's side, other threads, the program's classes.
 */
final class VarveConsumerTest {

  private static final TopicPartition P0 = new TopicPartition("orders", 0);
  private static final TopicPartition P1 = new TopicPartition("orders", 1);

  @TempDir Path folder;
  private StoreFixture store;

  @BeforeEach
  void open() {
    store = new StoreFixture(folder.resolve("store"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aProgramReadsRecordsWithItsOwnSettings() {
    store.append("orders", 0, "a", "b");
    Properties settings = new Properties();
    settings.putAll(store.settings());
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.put("bootstrap.servers", "nowhere:1");
    settings.put("some.setting.of.the.programs", "x");
    try (VarveConsumer<String, String> consumer = new VarveConsumer<>(settings)) {
      consumer.assign(List.of(P0));

      List<ConsumerRecord<String, String>> records = poll(consumer, 2);

      assertThat(values(records)).containsExactly("a", "b");
      ConsumerRecord<String, String> second = records.get(1);
      assertThat(second.key()).isEqualTo("k1");
      assertThat(second.offset()).isEqualTo(1);
      assertThat(second.timestamp()).isEqualTo(1001);
      assertThat(second.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
      assertThat(second.serializedValueSize()).isEqualTo(1);
      assertThat(consumer.position(P0)).isEqualTo(2);
    }
  }

  @Test
  void aMissingStoreOrABadSettingIsToldWhenTheConsumerIsMade() {
    assertThatThrownBy(() -> store.consumer("varve.store.path", folder + "/none"))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("there is no store");
    assertThatThrownBy(() -> store.consumer("varve.structured.data", "xml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refuse, json, avro");
    assertThatThrownBy(() -> store.consumer("auto.offset.reset", "first"))
        .isInstanceOf(ConfigException.class);
    Map<String, Object> nothing = Map.of();
    assertThatThrownBy(
            () -> new VarveConsumer<>(nothing, new StringDeserializer(), new StringDeserializer()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("varve.store.path");
  }

  @Test
  void aPollWaitsForWhatIsAppended() {
    store.append("orders", 0, "a");
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      poll(consumer, 1);
      CompletableFuture<Void> later =
          CompletableFuture.runAsync(() -> store.append("orders", 0, "b", "c"));

      assertThat(values(poll(consumer, 2))).containsExactly("b", "c");
      later.join();
    }
  }

  @Test
  void aPartitionThatComesLaterIsReadFromThenOn() {
    store.make("others", 0);
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      assertThat(consumer.poll(Duration.ZERO)).isEmpty();
      assertThatThrownBy(() -> consumer.position(P0, Duration.ofMillis(20)))
          .isInstanceOf(TimeoutException.class);
      assertThatThrownBy(() -> consumer.endOffsets(List.of(P0), Duration.ofMillis(20)))
          .isInstanceOf(TimeoutException.class);
      store.append("orders", 0, "a");

      assertThat(values(poll(consumer, 1))).containsExactly("a");
    }
  }

  @Test
  void aWakeupFromAnotherThreadEndsAPoll() throws InterruptedException {
    store.make("orders", 0);
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      Thread waker = new Thread(consumer::wakeup);
      waker.start();

      assertThatThrownBy(() -> consumer.poll(LIMIT)).isInstanceOf(WakeupException.class);
      waker.join();
      assertThat(consumer.poll(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void anInterruptEndsAPollAndStays() {
    store.make("orders", 0);
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> consumer.poll(LIMIT)).isInstanceOf(InterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aSecondThreadIsToldOff() throws InterruptedException {
    store.make("orders", 0);
    try (VarveConsumer<String, String> consumer =
        store.consumer(
            "group.id", "g", ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, Noting.class.getName())) {
      consumer.assign(List.of(P0));
      Thread poller =
          new Thread(
              () -> {
                while (true) {
                  try {
                    consumer.poll(LIMIT);
                  } catch (ConcurrentModificationException e) {
                    // The other one is in.
                  } catch (WakeupException e) {
                    return;
                  }
                }
              });
      poller.start();
      List<Throwable> thrown = new ArrayList<>();
      long end = System.nanoTime() + LIMIT.toNanos();
      while (thrown.isEmpty() && System.nanoTime() < end) {
        try {
          consumer.assignment();
        } catch (ConcurrentModificationException e) {
          thrown.add(e);
        }
      }
      consumer.wakeup();
      poller.join();

      assertThat(thrown).hasSize(1);
      assertThat(consumer.assignment()).containsExactly(P0);
    }
  }

  @Test
  void commitsOfAllPositionsAreToldOffAsOtherCallsAre() throws InterruptedException {
    List<TopicPartition> many =
        IntStream.range(0, 2000).mapToObj(i -> new TopicPartition("orders", i)).toList();
    try (VarveConsumer<String, String> consumer =
        store.consumer("group.id", "g", "enable.auto.commit", false)) {
      consumer.assign(many);
      AtomicBoolean done = new AtomicBoolean();
      List<Throwable> ofAssigner = new ArrayList<>();
      Thread assigner =
          new Thread(
              () -> {
                while (!done.get()) {
                  try {
                    consumer.assign(many);
                  } catch (RuntimeException e) {
                    ofAssigner.add(e);
                  }
                }
              });
      assigner.start();
      List<Throwable> ofCommits = new ArrayList<>();
      long end = System.nanoTime() + LIMIT.toNanos();
      for (int i = 0; ofCommits.size() < 1000 && System.nanoTime() < end; i++) {
        try {
          switch (i % 3) {
            case 0 -> consumer.commitSync();
            case 1 -> consumer.commitAsync();
            default -> consumer.commitAsync((offsets, failure) -> {});
          }
        } catch (RuntimeException e) {
          ofCommits.add(e);
        }
      }
      done.set(true);
      assigner.join();

      // None of them has looked at the positions while the other one was in.
      assertThat(ofCommits)
          .isNotEmpty()
          .allSatisfy(
              e ->
                  assertThat(e)
                      .isInstanceOf(ConcurrentModificationException.class)
                      .hasMessageContaining("not safe for multi-threaded access"));
      assertThat(ofAssigner)
          .allSatisfy(e -> assertThat(e).hasMessageContaining("not safe for multi-threaded"));
    }
  }

  @Test
  void limitsHoldForEachPoll() {
    store.append(
        "orders", 0, IntStream.range(0, 50).mapToObj(i -> "0-" + i).toArray(String[]::new));
    store.append(
        "orders", 1, IntStream.range(0, 50).mapToObj(i -> "1-" + i).toArray(String[]::new));
    try (VarveConsumer<String, String> consumer =
        store.consumer("max.poll.records", 7, "max.partition.fetch.bytes", 30)) {
      consumer.assign(List.of(P0, P1));
      List<ConsumerRecord<String, String>> all = new ArrayList<>();
      while (all.size() < 100) {
        ConsumerRecords<String, String> records = consumer.poll(LIMIT);
        assertThat(records.count()).isLessThanOrEqualTo(7);
        for (TopicPartition partition : records.partitions()) {
          // The one that reaches the limit is the last.
          assertThat(records.records(partition).size()).isLessThanOrEqualTo(6);
          assertThat(records.nextOffsets().get(partition).offset())
              .isEqualTo(consumer.position(partition));
        }
        records.forEach(all::add);
      }
      for (int partition = 0; partition < 2; partition++) {
        int wanted = partition;
        assertThat(all)
            .filteredOn(record -> record.partition() == wanted)
            .extracting(ConsumerRecord::offset)
            .isEqualTo(IntStream.range(0, 50).mapToObj(i -> (long) i).toList());
      }
    }
  }

  @Test
  void limitsOfZeroBytesGiveRecordsOneByOne() {
    store.append("orders", 0, "a", "b");
    store.append("orders", 1, "c", "d");
    for (String limit : List.of("fetch.max.bytes", "max.partition.fetch.bytes")) {
      try (VarveConsumer<String, String> consumer = store.consumer(limit, 0)) {
        consumer.assign(List.of(P0, P1));
        List<ConsumerRecord<String, String>> all = new ArrayList<>();
        while (all.size() < 4) {
          ConsumerRecords<String, String> records = consumer.poll(LIMIT);
          assertThat(records).as(limit).isNotEmpty();
          for (TopicPartition partition : records.partitions()) {
            assertThat(records.records(partition)).as(limit).hasSize(1);
          }
          records.forEach(all::add);
        }

        assertThat(values(all)).as(limit).containsExactlyInAnyOrder("a", "b", "c", "d");
      }
    }
  }

  @Test
  void aRecordThatCannotBeDeserializedIsToldWithItsPlace() {
    store.append("orders", 0, "12345678", "x", "87654321");
    try (VarveConsumer<String, Long> consumer =
        new VarveConsumer<>(store.settings(), new StringDeserializer(), new LongDeserializer())) {
      consumer.assign(List.of(P0));
      assertThat(consumer.poll(LIMIT).count()).isEqualTo(1);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> consumer.poll(LIMIT))
            .isInstanceOfSatisfying(
                RecordDeserializationException.class,
                e -> {
                  assertThat(e.topicPartition()).isEqualTo(P0);
                  assertThat(e.offset()).isEqualTo(1);
                  assertThat(e.origin().name()).isEqualTo("VALUE");
                  assertThat(e.valueBuffer().remaining()).isEqualTo(1);
                });
      }
      assertThat(consumer.position(P0)).isEqualTo(1);
      consumer.seek(P0, 2);

      assertThat(consumer.poll(LIMIT).count()).isEqualTo(1);
    }
  }

  @Test
  void headersComeAsTheyWereWithoutTheStoresOwn() {
    Headers headers =
        Headers.builder()
            .add("a", bytes("1"))
            .add("varve.schedule.id", bytes("x"))
            .add("a", null)
            .add("text", Encoding.STRING, bytes("t"))
            .add("varve.release", bytes("y"))
            .add("varve.mine", bytes("2"))
            .build();
    store.append(
        new StreamPartition("orders", 1, 0),
        StoreFixture.event(5, 1, Encoding.STRING, bytes("v"), headers));
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      ConsumerRecord<String, String> record = poll(consumer, 1).get(0);

      List<String> found = new ArrayList<>();
      record.headers().forEach(h -> found.add(h.key() + (h.value() == null ? "-" : "=")));
      assertThat(found).containsExactly("a=", "a-", "text=", "varve.mine=");
      assertThat(record.offset()).isEqualTo(5);
      assertThat(record.key()).isNull();
    }
  }

  @Test
  void theGroupsOffsetsOutliveItsConsumers() {
    store.append("orders", 0, "a", "b", "c");
    try (VarveConsumer<String, String> consumer = store.consumer("group.id", "g")) {
      consumer.assign(List.of(P0));
      poll(consumer, 3);
      consumer.commitSync(Map.of(P0, new OffsetAndMetadata(1, "one")));
      consumer.seek(P0, 2);
      assertThat(consumer.committed(Set.of(P0, P1)))
          .containsEntry(P0, new OffsetAndMetadata(1, "one"))
          .containsEntry(P1, null);
      assertThatThrownBy(
              () -> consumer.commitSync(Map.of(P0, new OffsetAndMetadata(1, "x".repeat(5000)))))
          .isInstanceOf(OffsetMetadataTooLarge.class);
      assertThatThrownBy(
              () ->
                  consumer.commitSync(
                      Map.of(new TopicPartition("none", 0), new OffsetAndMetadata(1)),
                      Duration.ofMillis(20)))
          .isInstanceOf(TimeoutException.class);
    }
    // Closing has committed the position, as it does by default.
    try (VarveConsumer<String, String> consumer = store.consumer("group.id", "g")) {
      consumer.assign(List.of(P0));

      assertThat(values(poll(consumer, 1))).containsExactly("c");
    }
    try (VarveConsumer<String, String> consumer = store.consumer("group.id", "other")) {
      consumer.assign(List.of(P0));

      assertThat(poll(consumer, 3)).hasSize(3);
    }
  }

  @Test
  void offsetsAreCommittedByThemselvesNowAndThen() {
    store.append("orders", 0, "a", "b", "c");
    try (VarveConsumer<String, String> consumer =
            store.consumer("group.id", "g", "auto.commit.interval.ms", 1);
        VarveConsumer<String, String> other =
            store.consumer("group.id", "g", "enable.auto.commit", false)) {
      consumer.assign(List.of(P0));
      poll(consumer, 3);
      StoreFixture.pollUntil(
          () -> new OffsetAndMetadata(3, "").equals(other.committed(Set.of(P0)).get(P0)), consumer);
    }
  }

  @Test
  void withoutAGroupNothingIsCommitted() {
    store.append("orders", 0, "a");
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      poll(consumer, 1);
      assertThatThrownBy(consumer::commitSync).isInstanceOf(InvalidGroupIdException.class);
      assertThatThrownBy(() -> consumer.committed(Set.of(P0)))
          .isInstanceOf(InvalidGroupIdException.class);
      assertThatThrownBy(() -> consumer.subscribe(List.of("orders")))
          .isInstanceOf(InvalidGroupIdException.class);
      assertThatThrownBy(consumer::enforceRebalance).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> consumer.clientInstanceId(LIMIT))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(folder.resolve("store/groups")).doesNotExist();
  }

  @Test
  void aDurationBeginsThatLongAgo() {
    long now = System.currentTimeMillis();
    StreamPartition log = new StreamPartition("orders", 1, 0);
    for (int i = 0; i < 3; i++) {
      store.append(
          log,
          StoreFixture.event(
              i, now - (3 - i) * 3_600_000L, Encoding.BYTES, bytes("" + i), Headers.EMPTY));
    }
    try (VarveConsumer<String, String> consumer =
        store.consumer("auto.offset.reset", "by_duration:PT2H30M")) {
      consumer.assign(List.of(P0));

      assertThat(values(poll(consumer, 2))).containsExactly("1", "2");
    }
  }

  @Test
  void positionsBelowTheStartGoToIt() {
    store.append(
        new StreamPartition("orders", 1, 0),
        StoreFixture.event(100, 1, Encoding.BYTES, bytes("v"), Headers.EMPTY));
    for (String policy : List.of("latest", "earliest")) {
      try (VarveConsumer<String, String> consumer = store.consumer("auto.offset.reset", policy)) {
        consumer.assign(List.of(P0));
        consumer.seek(P0, 5);

        assertThat(values(poll(consumer, 1))).containsExactly("v");
      }
    }
    try (VarveConsumer<String, String> consumer = store.consumer("auto.offset.reset", "none")) {
      consumer.assign(List.of(P0));
      assertThatThrownBy(() -> consumer.poll(LIMIT))
          .isInstanceOf(NoOffsetForPartitionException.class);
      consumer.seek(P0, 5);
      assertThatThrownBy(() -> consumer.poll(LIMIT))
          .isInstanceOf(OffsetOutOfRangeException.class)
          .hasMessageContaining("from 100 to 101");
    }
  }

  @Test
  void aTopicThatWasMadeAnewIsReadToItsEndAndThenFromTheStart() {
    store.append("orders", 0, "a", "b", "c");
    try (VarveConsumer<String, String> consumer =
        store.consumer("group.id", "g", "metadata.max.age.ms", 0, "enable.auto.commit", false)) {
      consumer.assign(List.of(P0));
      poll(consumer, 1);
      consumer.seek(P0, 1);
      store.append(new StreamPartition("orders", 2, 0), "x", "y");
      consumer.commitSync();

      assertThat(values(poll(consumer, 4))).containsExactly("b", "c", "x", "y");
      // What was committed was an offset of the topic before.
      assertThat(consumer.committed(Set.of(P0))).containsEntry(P0, null);
      consumer.commitSync();
      assertThat(consumer.committed(Set.of(P0)).get(P0).offset()).isEqualTo(2);
    }
  }

  @Test
  void patternsMeanWhatTheGroupProtocolSays() {
    store.append("orders", 0, "a");
    store.append("other", 0, "b");
    try (VarveConsumer<String, String> consumer = store.consumer("group.id", "g")) {
      assertThatThrownBy(() -> consumer.subscribe(new SubscriptionPattern("ord.*")))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    Map<String, Object> settings = store.settings("group.id", "g", "group.protocol", "consumer");
    settings.remove("heartbeat.interval.ms");
    try (VarveConsumer<String, String> consumer =
        new VarveConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(new SubscriptionPattern("ord.*"));

      assertThat(values(poll(consumer, 1))).containsExactly("a");
      assertThat(consumer.assignment()).containsExactly(P0);
    }
  }

  @Test
  void interceptorsAndMetricsSeeWhatIsConsumed() {
    store.append("orders", 0, "a", "b");
    Noting.SEEN.clear();
    try (VarveConsumer<String, String> consumer =
        store.consumer(
            "group.id",
            "g",
            "client.id",
            "reader",
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
            Noting.class.getName())) {
      consumer.assign(List.of(P0));
      poll(consumer, 2);
      consumer.commitSync();

      assertThat(Noting.SEEN).containsExactly("records 2", "commit [orders-0]");
      assertThat(metric(consumer, "records-consumed-total", Map.of("client-id", "reader")))
          .isEqualTo(2.0);
      assertThat(
              metric(
                  consumer,
                  "records-lag",
                  Map.of("client-id", "reader", "topic", "orders", "partition", "0")))
          .isEqualTo(0.0);
      assertThat(metric(consumer, "commit-total", Map.of("client-id", "reader"))).isEqualTo(1.0);
      assertThat(metric(consumer, "assigned-partitions", Map.of("client-id", "reader")))
          .isEqualTo(1.0);
    }
    assertThat(Noting.SEEN).last().isEqualTo("closed");
  }

  private static Object metric(
      VarveConsumer<?, ?> consumer, String name, Map<String, String> tags) {
    return consumer.metrics().entrySet().stream()
        .filter(each -> each.getKey().name().equals(name) && each.getKey().tags().equals(tags))
        .map(each -> each.getValue().metricValue())
        .findFirst()
        .orElseThrow();
  }

  /** Notes what it is told. */
  public static final class Noting implements ConsumerInterceptor<String, String> {

    static final List<String> SEEN = new ArrayList<>();

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
      SEEN.add("records " + records.count());
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      SEEN.add("commit " + offsets.keySet());
    }

    @Override
    public void close() {
      SEEN.add("closed");
    }
  }
}
