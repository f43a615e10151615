package io.varve.connect.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that say when they are to be delivered, on their way into the store. */
final class DelayedEventsTest extends SinkFixture {

  private static final String DUE = "1800000000000";

  private final FakeWorker.DeadLetterQueue queue = new FakeWorker.DeadLetterQueue();
  private final FakeMetrics metrics = new FakeMetrics();

  @BeforeEach
  void enabled() {
    properties.put("delay.enabled", "true");
  }

  @Test
  void areStoredWithTheirDueTimeBesideAllOthers() {
    plain();
    produce("content", "deliver.at", DUE, "schedule.id", "a");
    produce("content", "deliver.after", "PT1M", "deliver.topic", "other", "deliver.key", "x");
    produce(null, "schedule.id", "a");
    produce(null);
    archive();

    assertArchived(ORDERS_0);
    List<Event> events = events("orders", 1, 0);
    assertThat(events.stream().map(Event::dueTimeMs).toList())
        .containsExactly(
            Event.NOT_DELAYED,
            1_800_000_000_000L,
            time(2) + 60_000,
            Event.NOT_DELAYED,
            Event.NOT_DELAYED);
    assertThat(reserved(events.get(0))).isEmpty();
    assertThat(reserved(events.get(1))).containsExactly(Map.entry(Reserved.SCHEDULE_ID, "a"));
    assertThat(reserved(events.get(2)))
        .containsExactly(
            Map.entry(Reserved.DELIVER_TOPIC, "other"), Map.entry(Reserved.DELIVER_KEY, "x"));
    assertThat(reserved(events.get(3))).containsExactly(Map.entry(Reserved.SCHEDULE_ID, "a"));
    assertThat(reserved(events.get(4))).isEmpty();
    assertThat(metrics.value("events-stored-total")).isEqualTo(5);
    assertThat(metrics.value("delayed-events-total")).isEqualTo(2);
    assertThat(metrics.value("delay-cancels-total")).isEqualTo(1);
    assertThat(metrics.value("malformed-delays-total")).isZero();
  }

  @Test
  void areEventsLikeAllOthersIfNobodyIsToLook() {
    properties.remove("delay.enabled");
    produce("content", "deliver.at", "nonsense", "schedule.id", "a");
    produce(null, "schedule.id", "a");
    archive();

    assertArchived(ORDERS_0);
    for (Event event : events("orders", 1, 0)) {
      assertThat(event.dueTimeMs()).isEqualTo(Event.NOT_DELAYED);
      assertThat(reserved(event)).isEmpty();
    }
    assertThat(metrics.value("delayed-events-total")).isZero();
    assertThat(metrics.value("delay-cancels-total")).isZero();
  }

  @Test
  void reservedHeadersThatSomebodySentMeanNothing() {
    produce(
        "content", Reserved.SCHEDULE_ID, "forged", Reserved.DELIVER_TOPIC, "forged", "own", "1");
    produce(null, Reserved.SCHEDULE_ID, "forged");
    produce("content", Reserved.SCHEDULE_ID, "forged", "deliver.at", DUE, "schedule.id", "a");
    archive();

    List<Event> events = events("orders", 1, 0);
    assertThat(events.get(0).headers().asList())
        .extracting(Headers.Header::name)
        .containsExactly("own");
    assertThat(events.get(1).headers()).isEqualTo(Headers.EMPTY);
    assertThat(reserved(events.get(2))).containsExactly(Map.entry(Reserved.SCHEDULE_ID, "a"));
  }

  @Test
  void thatCannotBeUnderstoodGoToTheDeadLetterQueue() {
    plain();
    produce("content", "deliver.at", "tomorrow");
    produce("content", "deliver.at", DUE, "schedule.id", "x".repeat(2000));
    plain();
    archive();

    assertThat(queue.records.stream().map(SinkRecord::originalKafkaOffset)).containsExactly(1L, 2L);
    assertThat(queue.reasons.get(0))
        .contains("orders-0 offset 1", "header:deliver.at", "'tomorrow'", "expected a time");
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 3L);
    assertThat(metrics.value("malformed-delays-total")).isEqualTo(2);
    assertThat(metrics.value("errant-events-total")).isEqualTo(2);

    archive();
    assertThat(queue.records).as("not sent again after a restart").hasSize(2);
  }

  @Test
  void thatCannotBeUnderstoodFailTheTaskIfThereIsNoQueue() {
    plain();
    produce("content", "deliver.after", "a while");
    FakeWorker worker = archiving(ORDERS_0);

    assertThatThrownBy(worker::drain)
        .isInstanceOf(ConnectException.class)
        .cause()
        .hasMessageContainingAll(
            "orders-0 offset 1 can't be stored",
            "header:deliver.after (delay.deliver.after)",
            "'a while'",
            "expected a duration",
            "errors.deadletterqueue.topic.name");
    assertThat(offsets("orders", 1, 0)).containsExactly(0L);
  }

  /** The last event comes again at each start and is compared with the stored one. */
  @Test
  void areTheSameEventsWhateverTheSettingsAreAndWere() {
    produce("content", "deliver.at", DUE, "schedule.id", "a", "id", "b");
    archive();
    for (Map<String, String> change :
        List.of(
            Map.of("delay.enabled", "false"),
            Map.of("delay.enabled", "true", "delay.schedule.id", "header:id"),
            Map.of("delay.enabled", "true", "delay.deliver.at", "header:id"),
            Map.of("delay.enabled", "true", "delay.deliver.at", "value:x"),
            Map.of("delay.enabled", "true", "delay.deliver.at", "header:deliver.at"))) {
      properties.putAll(change);
      FakeWorker worker = archive();
      assertThat(worker.delivered).as("redelivered with " + change).isEqualTo(1);
    }

    assertThat(latestGeneration("orders")).isEqualTo(1);
    assertThat(offsets("orders", 1, 0)).containsExactly(0L);
    assertThat(queue.records).isEmpty();
  }

  @Test
  void ofATopicCreatedAgainBeginANewGeneration() {
    produce("content", "deliver.at", DUE);
    archive();
    kafka.delete(ORDERS_0);
    produce("another", "deliver.at", DUE);
    archive();

    assertThat(latestGeneration("orders")).isEqualTo(2);
    assertThat(events("orders", 2, 0).get(0).dueTimeMs()).isEqualTo(1_800_000_000_000L);
  }

  @Test
  void nowhereToLookIsRefused() {
    properties.putAll(
        Map.of("delay.deliver.at", "", "delay.deliver.after", " ", "delay.schedule.cron", ""));

    assertThatThrownBy(this::started)
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("delay.enabled", "delay.deliver.at", "delay.deliver.after");
  }

  private FakeWorker archive() {
    FakeWorker worker = worker();
    worker.reporter = queue;
    worker.metrics = metrics;
    worker.start(properties);
    worker.assign(ORDERS_0);
    worker.drainAndCommit();
    worker.iterate();
    worker.shutDown();
    return worker;
  }

  private void plain() {
    kafka.produce(ORDERS_0, 1);
  }

  private void produce(String value, String... headers) {
    Map<String, byte[]> all = new LinkedHashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1].getBytes(UTF_8));
    }
    kafka.produce(
        ORDERS_0,
        new FakeKafka.Content(
            1_700_000_000_000L + kafka.endOffset(ORDERS_0), bytes("key"), bytes(value), all));
  }

  private static SchemaAndValue bytes(String text) {
    return new SchemaAndValue(
        Schema.OPTIONAL_BYTES_SCHEMA, text == null ? null : text.getBytes(UTF_8));
  }

  private long time(long offset) {
    return kafka.content(ORDERS_0, offset).timestampMs();
  }

  private static Map<String, String> reserved(Event event) {
    Map<String, String> reserved = new LinkedHashMap<>();
    for (Headers.Header header : event.headers().asList()) {
      if (Reserved.isReserved(header.name())) {
        assertThat(reserved.put(header.name(), new String(header.value(), UTF_8))).isNull();
      }
    }
    return reserved;
  }
}
