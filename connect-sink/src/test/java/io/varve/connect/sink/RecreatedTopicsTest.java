package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;

final class RecreatedTopicsTest extends SinkFixture {

  @Test
  void aShorterTopicBeginsTheNextGeneration() {
    archived(100);
    recreated(30);

    run();

    assertArchived(ORDERS_0, "orders", 2);
    assertThat(offsets("orders", 1, 0)).hasSize(100);
  }

  @Test
  void aLongerTopicBeginsTheNextGeneration() {
    archived(100);
    recreated(130);

    run();

    assertArchived(ORDERS_0, "orders", 2);
    assertThat(offsets("orders", 1, 0)).hasSize(100);
  }

  @Test
  void aTopicOfTheSameLengthBeginsTheNextGeneration() {
    archived(100);
    recreated(100);

    run();

    assertArchived(ORDERS_0, "orders", 2);
  }

  @Test
  void aTopicThatEndsOneEventShortOfTheLogIsFoundOutWithItsNextEvent() {
    archived(100);
    recreated(99);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    assertThat(latestGeneration("orders")).isEqualTo(1);

    kafka.produce(ORDERS_0, 1);
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0, "orders", 2);
  }

  @Test
  void anEmptyTopicChangesNothingUntilItHasEvents() {
    archived(100);
    kafka.delete(ORDERS_0);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    assertThat(latestGeneration("orders")).isEqualTo(1);

    kafka.produce(ORDERS_0, 3);
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0, "orders", 2);
  }

  @Test
  void theSameEventsOnceMoreAreTheSameTopic() {
    archived(100);

    run();

    assertThat(latestGeneration("orders")).isEqualTo(1);
    assertArchived(ORDERS_0);
  }

  @Test
  void eachRecreationIsAGenerationOfItsOwn() {
    archived(50);
    for (int generation = 2; generation <= 4; generation++) {
      recreated(10 * generation);
      run();
      assertArchived(ORDERS_0, "orders", generation);
    }
    assertThat(offsets("orders", 3, 0)).hasSize(30);
  }

  @Test
  void recreationWhileTheTaskRunsIsNoticed() {
    kafka.produce(ORDERS_0, 100);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    worker.commit();
    kafka.delete(ORDERS_0);
    kafka.produce(ORDERS_0, 20);

    worker.drain();
    worker.commit();
    worker.shutDown();

    assertArchived(ORDERS_0, "orders", 2);
    assertThat(kafka.committed).containsEntry(ORDERS_0, 20L);
  }

  @Test
  void recreationIsNoticedAlsoBeforeTheFirstSync() {
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 100);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    kafka.delete(ORDERS_0);
    kafka.produce(ORDERS_0, 20);

    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0, "orders", 2);
    assertThat(offsets("orders", 1, 0)).hasSize(100);
  }

  @Test
  void allPartitionsGoToTheSameGeneration() {
    kafka.produce(ORDERS_0, 50);
    kafka.produce(ORDERS_1, 50);
    FakeWorker first = archiving(ORDERS_0, ORDERS_1);
    first.drain();
    first.shutDown();
    kafka.delete(ORDERS_0);
    kafka.delete(ORDERS_1);
    kafka.produce(ORDERS_0, 60);
    kafka.produce(ORDERS_1, 20);

    FakeWorker second = archiving(ORDERS_0, ORDERS_1);
    second.drain();
    second.shutDown();

    assertThat(latestGeneration("orders")).isEqualTo(2);
    assertArchived(ORDERS_0, "orders", 2);
    assertArchived(ORDERS_1, "orders", 2);
  }

  @Test
  void aPartitionThatOpensAfterItsSiblingWentOnFollowsFromTheFirstEvent() {
    kafka.produce(ORDERS_1, 50);
    archived(50);
    recreated(20);
    run();
    kafka.delete(ORDERS_1);
    kafka.produce(ORDERS_1, 70);
    kafka.committed.put(ORDERS_1, 50L);

    FakeWorker worker = archiving(ORDERS_1);
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_1, "orders", 2);
  }

  @Test
  void batchesFetchedBeforeTheNewGenerationAreNotAppendedToIt() {
    archived(100);
    recreated(400);
    FakeWorker worker = started();
    worker.maxPollRecords = 150;
    worker.assign(ORDERS_0);

    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0, "orders", 2);
  }

  @Test
  void failIsForThoseWhoWantToLookThemselves() {
    properties.put("recreated.topics", "fail");
    archived(100);
    recreated(130);
    FakeWorker worker = archiving(ORDERS_0);

    assertThatThrownBy(worker::drain)
        .isInstanceOf(ConnectException.class)
        .cause()
        .hasMessageContaining("orders-0 offset 99 is another event")
        .hasMessageContaining("recreated.topics=new.generation");
    assertThat(latestGeneration("orders")).isEqualTo(1);
    assertThat(offsets("orders", 1, 0)).hasSize(100);
  }

  @Test
  void ignoreTakesWhateverComesBelowTheEndForARedelivery() {
    properties.put("recreated.topics", "ignore");
    archived(100);
    recreated(130);

    run();

    assertThat(latestGeneration("orders")).isEqualTo(1);
    assertThat(offsets("orders", 1, 0)).hasSize(130);
  }

  @Test
  void aFullDiskWhileTheNewGenerationBeginsLosesNothing() {
    archived(100);
    recreated(80);
    FakeWorker worker = archiving(ORDERS_0);
    disk.fill();
    worker.iterateUntil(() -> worker.retries > 1);

    disk.heal();
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0, "orders", 2);
  }

  @Test
  void aChangedConverterIsNoRecreation() {
    archived(100);
    FakeWorker worker = started();
    worker.transform =
        record ->
            record.newRecord(
                record.topic(),
                record.kafkaPartition(),
                org.apache.kafka.connect.data.Schema.STRING_SCHEMA,
                "structured",
                null,
                List.of("structured"),
                record.timestamp());
    worker.assign(ORDERS_0);
    kafka.produce(ORDERS_0, 5);

    worker.drain();
    worker.shutDown();

    assertThat(latestGeneration("orders")).isEqualTo(1);
    assertThat(offsets("orders", 1, 0)).hasSize(105);
  }

  private void archived(int count) {
    kafka.produce(ORDERS_0, count);
    run();
  }

  private void recreated(int count) {
    TopicPartition source = ORDERS_0;
    kafka.delete(source);
    kafka.produce(source, count);
  }

  private void run() {
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    worker.shutDown();
  }
}
