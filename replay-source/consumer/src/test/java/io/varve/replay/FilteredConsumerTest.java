package io.varve.replay;

import static io.varve.replay.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.query.ValueFields;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consumer with a filter: events of a hundred customers, one of whom is wanted. */
final class FilteredConsumerTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final int COUNT = 20_000;
  private static final String FILTER = "value.customer == 42";

  @TempDir Path folder;
  private StoreFixture fixture;

  @BeforeEach
  void open() {
    fixture = new StoreFixture(folder.resolve("store"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void fill(StreamPartition log, int count) {
    LogSettings small = LogSettings.defaults().withBatchBytes(1024).withSegmentBytes(100_000);
    try (LogWriter writer = fixture.store().openWriter(log, small, "test")) {
      long first = writer.nextOffset();
      for (long offset = first; offset < first + count; offset++) {
        String value = "{\"customer\": " + offset % 100 + ", \"number\": " + offset + "}";
        writer.append(Event.of(offset, offset * 1000, null, bytes(value)));
      }
    }
  }

  private static List<Long> wanted(long from, long to) {
    return LongStream.range(from, to).filter(i -> i % 100 == 42).boxed().toList();
  }

  private VarveConsumer<String, String> consumer(String filter, Object... more) {
    List<Object> settings = new ArrayList<>(List.of(more));
    settings.addAll(List.of("varve.filter", filter));
    VarveConsumer<String, String> consumer = fixture.consumer(settings.toArray());
    consumer.assign(List.of(ORDERS));
    return consumer;
  }

  private static List<Long> offsets(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::offset).toList();
  }

  private static List<Long> pollTo(VarveConsumer<String, String> consumer, long position) {
    List<Long> offsets = new ArrayList<>();
    await()
        .atMost(StoreFixture.LIMIT)
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofNanos(1))
        .until(
            () -> {
              consumer.poll(Duration.ofMillis(10)).forEach(each -> offsets.add(each.offset()));
              return consumer.position(ORDERS) >= position;
            });
    return offsets;
  }

  private static double passed(VarveConsumer<String, String> consumer) {
    return consumer.metrics().entrySet().stream()
        .filter(each -> each.getKey().name().equals("records-passed-total"))
        .mapToDouble(each -> (double) each.getValue().metricValue())
        .sum();
  }

  @Test
  void wantedEventsComeAndThePositionGoesPastTheOthers() {
    fill(LOG, COUNT);
    try (VarveConsumer<String, String> consumer = consumer(FILTER)) {
      assertThat(pollTo(consumer, COUNT)).isEqualTo(wanted(0, COUNT));
      assertThat(consumer.position(ORDERS)).isEqualTo(COUNT);
      assertThat(consumer.currentLag(ORDERS)).hasValue(0);
      assertThat(passed(consumer)).isEqualTo(COUNT - COUNT / 100);

      consumer.seek(ORDERS, 4_243);
      assertThat(consumer.position(ORDERS)).isEqualTo(4_243);
      assertThat(consumer.currentLag(ORDERS)).hasValue(COUNT - 4_243);
      assertThat(consumer.endOffsets(List.of(ORDERS))).containsEntry(ORDERS, (long) COUNT);
      assertThat(offsets(StoreFixture.poll(consumer, 1)).get(0)).isEqualTo(4_342);

      fill(LOG, 200);
      consumer.seek(ORDERS, COUNT);
      assertThat(pollTo(consumer, COUNT + 200)).isEqualTo(wanted(COUNT, COUNT + 200));
    }
  }

  @Test
  void anIndexLeadsToTheWantedEvents() {
    fill(LOG, COUNT);
    fixture.store().fieldIndexes().define("orders", List.of("value.number"));
    fixture
        .store()
        .fieldIndexes()
        .build(LOG, new ValueFields(fixture.store().schemas()), (e, b, left) -> {}, () -> true);
    try (VarveConsumer<String, String> consumer =
        consumer("value.customer == 42 && value.number >= 18000")) {
      assertThat(pollTo(consumer, COUNT)).isEqualTo(wanted(18_000, COUNT));
      assertThat(passed(consumer)).isLessThan(COUNT / 4.0);
    }
  }

  @Test
  void whatIsPassedByCountsAsConsumedForACommit() {
    fill(LOG, COUNT);
    try (VarveConsumer<String, String> consumer =
        consumer("value.customer == 1000", "group.id", "g", "enable.auto.commit", false)) {
      assertThat(pollTo(consumer, COUNT)).isEmpty();
      consumer.commitSync();
      assertThat(consumer.committed(Set.of(ORDERS)).get(ORDERS).offset()).isEqualTo(COUNT);
    }
  }

  @Test
  void aPollWithoutTimeComesFurtherAndIsNotHeldUpByWhatItPassesBy() {
    fill(LOG, 10 * COUNT);
    try (VarveConsumer<String, String> consumer = consumer("value.customer == 1000")) {
      long before = 0;
      assertThat(consumer.poll(Duration.ZERO)).isEmpty();
      assertThat(consumer.position(ORDERS)).isLessThan(10 * COUNT);
      while (before < 10 * COUNT) {
        assertThat(consumer.poll(Duration.ZERO)).isEmpty();
        long now = consumer.position(ORDERS);
        assertThat(now).isGreaterThanOrEqualTo(before);
        before = now;
      }
    }
  }

  @Test
  void otherPartitionsTakeTheirTurnsWhileOneIsPassedBy() {
    fill(LOG, 10 * COUNT);
    StreamPartition other = new StreamPartition("orders", 1, 1);
    fill(other, 100);
    TopicPartition others = new TopicPartition("orders", 1);
    try (VarveConsumer<String, String> consumer =
        consumer("value.customer == 42 && partition == 1 || value.customer == 1000")) {
      consumer.assign(List.of(ORDERS, others));
      List<ConsumerRecord<String, String>> records = StoreFixture.poll(consumer, 1);
      assertThat(records).singleElement().extracting(ConsumerRecord::partition).isEqualTo(1);
      assertThat(consumer.position(ORDERS)).isLessThan(10 * COUNT);
    }
  }

  @Test
  void aPollThatPassesByIsWokenUp() throws InterruptedException {
    fill(LOG, COUNT);
    try (VarveConsumer<String, String> consumer = consumer("value.customer == 1000")) {
      Thread waker =
          new Thread(
              () -> {
                await().atMost(StoreFixture.LIMIT).until(() -> passed(consumer) > 0);
                consumer.wakeup();
              });
      waker.start();
      assertThatThrownBy(() -> consumer.poll(Duration.ofDays(1)))
          .isInstanceOf(WakeupException.class);
      waker.join();
      assertThat(pollTo(consumer, COUNT)).isEmpty();
    }
  }

  @Test
  void anInterruptEndsAPollThatPassesBy() {
    fill(LOG, COUNT);
    try (VarveConsumer<String, String> consumer = consumer("value.customer == 1000")) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> consumer.poll(Duration.ofDays(1)))
          .isInstanceOf(org.apache.kafka.common.errors.InterruptException.class);
      assertThat(Thread.interrupted()).as("set again by the exception").isTrue();
    }
  }

  @Test
  void aFilterThatEndsBeforeTheLogLeavesNoLag() {
    fill(LOG, 1_000);
    try (VarveConsumer<String, String> consumer =
        consumer("offset >= 200 && offset < 500 && value.customer == 42")) {
      assertThat(pollTo(consumer, 1_000)).isEqualTo(wanted(200, 500));
      assertThat(passed(consumer)).isLessThan(300);
      assertThat(consumer.currentLag(ORDERS)).hasValue(0);
      consumer.seek(ORDERS, 0);
      assertThat(pollTo(consumer, 1_000)).isEqualTo(wanted(200, 500));
      assertThat(passed(consumer)).isLessThan(600);
    }
  }

  @Test
  void aValueThatCannotBeReadIsAnErrorThatStays() {
    fill(LOG, 100);
    byte[] avro = {(byte) 0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0};
    fixture.append(LOG, StoreFixture.event(100, 1, Encoding.AVRO, avro, Headers.EMPTY));
    fill(LOG, 100);
    try (VarveConsumer<String, String> consumer = consumer(FILTER)) {
      assertThat(offsets(StoreFixture.poll(consumer, 1))).containsExactly(42L);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(10)))
            .isInstanceOfSatisfying(
                RecordDeserializationException.class,
                e -> {
                  assertThat(e.offset()).isEqualTo(100);
                  assertThat(e.topicPartition()).isEqualTo(ORDERS);
                  assertThat(e).hasMessageContaining("is not in the store");
                });
        assertThat(consumer.position(ORDERS)).isEqualTo(100);
      }
      consumer.seek(ORDERS, 101);
      assertThat(offsets(StoreFixture.poll(consumer, 1))).containsExactly(142L);
    }
  }

  @Test
  void aFilterWithAMistakeIsRefusedWithItsPlace() {
    Map<String, Object> settings = fixture.settings("varve.filter", "value.total >");
    assertThatThrownBy(() -> new VarveConsumer<String, String>(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("varve.filter")
        .hasMessageContaining("line 1, column 14");
  }
}
