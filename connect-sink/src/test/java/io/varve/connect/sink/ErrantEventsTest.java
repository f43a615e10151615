package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that can't be stored: too large, or not of their schema. */
final class ErrantEventsTest extends SinkFixture {

  private final FakeWorker.DeadLetterQueue queue = new FakeWorker.DeadLetterQueue();

  @BeforeEach
  void smallEvents() {
    properties.put("event.bytes.max", "2000");
  }

  @Test
  void goToTheDeadLetterQueueAndLeaveAGap() {
    good(3);
    tooLarge();
    good(3);
    FakeWorker worker = withQueue();

    worker.drainAndCommit();
    worker.shutDown();

    assertThat(queued()).containsExactly(3L);
    assertThat(queue.reasons.get(0)).contains("orders-0 offset 3").contains("event.bytes.max");
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 2L, 4L, 5L, 6L);
  }

  @Test
  void valuesThatAreNotOfTheirSchemaGoThereToo() {
    good(1);
    kafka.produce(
        ORDERS_0,
        new FakeKafka.Content(
            1L,
            new SchemaAndValue(null, null),
            new SchemaAndValue(Schema.INT32_SCHEMA, "text"),
            Map.of()));
    good(1);
    FakeWorker worker = withQueue();

    worker.drainAndCommit();
    worker.shutDown();

    assertThat(queued()).containsExactly(1L);
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 2L);
  }

  @Test
  void areNotSentAgainAfterARestart() {
    good(2);
    tooLarge();
    tooLarge();
    FakeWorker first = withQueue();
    first.drainAndCommit();
    first.shutDown();

    FakeWorker second = withQueue();
    good(1);
    second.drainAndCommit();
    second.shutDown();

    assertThat(queued()).containsExactly(2L, 3L);
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 4L);
  }

  @Test
  void aLogMayBeginWithThem() {
    tooLarge();
    tooLarge();
    FakeWorker first = withQueue();
    first.drainAndCommit();
    first.shutDown();

    good(2);
    FakeWorker second = withQueue();
    second.drainAndCommit();
    second.shutDown();

    assertThat(queued()).containsExactly(0L, 1L);
    assertThat(offsets("orders", 1, 0)).containsExactly(2L, 3L);
  }

  @Test
  void theLogPassesThemOnlyWhenTheyHaveArrived() {
    good(2);
    tooLarge();
    good(2);
    queue.holds = true;
    FakeWorker worker = withQueue();

    worker.iterateUntil(() -> worker.retries > 0);
    worker.commit();
    assertThat(kafka.committed.getOrDefault(ORDERS_0, 0L)).isLessThanOrEqualTo(2);
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L);
    queue.release();
    worker.drainAndCommit();
    worker.shutDown();

    assertThat(queued()).containsExactly(2L);
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 3L, 4L);
  }

  @Test
  void thoseThatDidNotArriveBeforeACrashAreSentAgain() {
    good(2);
    tooLarge();
    queue.holds = true;
    FakeWorker crashed = withQueue();
    crashed.drain();
    crashed.commit();

    queue.holds = false;
    FakeWorker next = withQueue();
    next.drainAndCommit();
    next.shutDown();

    assertThat(queued()).containsExactly(2L, 2L);
  }

  @Test
  void manyInARowDoNotWaitForEachOther() {
    for (int i = 0; i < 120; i++) {
      tooLarge();
    }
    queue.holds = true;
    FakeWorker worker = withQueue();

    worker.drain();

    assertThat(worker.retries).isZero();
    assertThat(queued()).isEqualTo(LongStream.range(0, 120).boxed().toList());
    queue.release();
    worker.drainAndCommit();
    worker.shutDown();
  }

  @Test
  void failTheTaskWithoutAQueueNamingTheEventAndWhatToDo() {
    good(3);
    tooLarge();
    FakeWorker worker = archiving(ORDERS_0);

    assertThatThrownBy(worker::drain)
        .isInstanceOf(ConnectException.class)
        .cause()
        .hasMessageContaining("orders-0 offset 3 can't be stored")
        .hasMessageContaining("event.bytes.max")
        .hasMessageContaining("errors.deadletterqueue.topic.name");
    assertThat(offsets("orders", 1, 0)).containsExactly(0L, 1L, 2L);
    assertThat(kafka.committed.getOrDefault(ORDERS_0, 0L)).isLessThanOrEqualTo(3);
  }

  private FakeWorker withQueue() {
    FakeWorker worker = worker();
    worker.reporter = queue;
    worker.start(properties);
    worker.assign(ORDERS_0);
    return worker;
  }

  private void good(int count) {
    kafka.produce(ORDERS_0, count);
  }

  private void tooLarge() {
    kafka.produce(ORDERS_0, FakeKafka.Content.of(1, "key", "x".repeat(5000)));
  }

  private List<Long> queued() {
    return queue.records.stream().map(SinkRecord::originalKafkaOffset).toList();
  }
}
