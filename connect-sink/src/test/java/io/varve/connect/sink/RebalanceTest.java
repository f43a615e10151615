package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;
import java.util.List;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;

final class RebalanceTest extends SinkFixture {

  @Test
  void closeAndOpenWithinMillisecondsGoesOnWithoutLossOrRepetition() {
    FakeWorker worker = archiving(ORDERS_0, ORDERS_1);
    for (int i = 0; i < 20; i++) {
      kafka.produce(ORDERS_0, 70);
      kafka.produce(ORDERS_1, 30);
      worker.iterate();
      worker.rebalanceInPoll(
          () -> {
            worker.revoke(ORDERS_0, ORDERS_1);
            worker.assigned(List.of(ORDERS_0, ORDERS_1));
          });
    }
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0);
    assertArchived(ORDERS_1);
  }

  @Test
  void whatWasTakenIsDurableAndCommittedWhenPartitionsAreRevoked() {
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 40);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();

    worker.revoke(ORDERS_0);

    assertThat(kafka.committed).containsEntry(ORDERS_0, 40L);
    assertArchived(ORDERS_0);
    worker.shutDown();
  }

  @Test
  void lostPartitionsAreLetGoAndComeBackWhole() {
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 200);
    FakeWorker worker = archiving(ORDERS_0);
    worker.iterate();
    worker.iterate();

    worker.lose(ORDERS_0);
    worker.assign(ORDERS_0);
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0);
  }

  @Test
  void partitionsMoveBetweenTasks() {
    FakeWorker one = archiving(ORDERS_0, ORDERS_1);
    FakeWorker two = started();
    for (int i = 0; i < 10; i++) {
      kafka.produce(ORDERS_0, 60);
      kafka.produce(ORDERS_1, 60);
      one.iterate();
      one.revoke(ORDERS_1);
      two.assign(ORDERS_1);
      two.iterate();
      two.revoke(ORDERS_1);
      one.assign(ORDERS_1);
    }
    one.drain();
    one.shutDown();
    two.shutDown();

    assertArchived(ORDERS_0);
    assertArchived(ORDERS_1);
  }

  @Test
  void aTaskTakesItsLogBackFromOneThatWasReplacedAndOpenedItLate() {
    kafka.produce(ORDERS_0, 40);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    try (Store late = Store.open(store(), StoreSettings.defaults())) {
      late.openWriter(
              new StreamPartition("orders", 1, 0), LogSettings.defaults(), "connector archive")
          .close();
    }
    kafka.produce(ORDERS_0, 40);
    worker.drainAndCommit();
    assertThat(worker.lastRetry).contains("is fenced").contains("Kafka keeps them");
    worker.shutDown();

    assertArchived(ORDERS_0);
  }

  @Test
  void ofTwoThatTakeALogFromEachOtherOneGivesUpAndSaysWhatToDo() {
    FakeWorker one = archiving(ORDERS_0);
    FakeWorker two = archiving(ORDERS_0);

    assertThatThrownBy(
            () -> {
              while (true) {
                kafka.produce(ORDERS_0, 1);
                one.iterate();
                two.iterate();
              }
            })
        .isInstanceOf(ConnectException.class)
        .cause()
        .hasMessageContaining("orders-0")
        .hasMessageContaining("is fenced")
        .hasMessageContaining("connector archive")
        .hasMessageContaining("was taken over 6 times")
        .hasMessageContaining("End it there or give it another name");
    FakeWorker next = archiving(ORDERS_0);
    next.drainAndCommit();
    next.shutDown();
    assertArchived(ORDERS_0);
  }

  @Test
  void eventsThatAZombieDidNotSyncAreArchivedByItsSuccessor() {
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 140);
    FakeWorker zombie = archiving(ORDERS_0);
    zombie.iterate();
    zombie.iterate();

    FakeWorker next = archiving(ORDERS_0);
    zombie.commit();
    next.drain();
    next.shutDown();

    assertArchived(ORDERS_0);
  }

  @Test
  void twoConnectorsThatWriteTheSameStreamAreToldSo() {
    FakeWorker first = archiving(ORDERS_0);
    properties.put("name", "other");
    FakeWorker second = started();

    assertThatThrownBy(() -> second.assign(ORDERS_0))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("orders-0")
        .hasMessageContaining("connector archive")
        .hasMessageContaining("connector other");

    kafka.produce(ORDERS_0, 10);
    first.drain();
    first.shutDown();
    assertArchived(ORDERS_0);
  }

  @Test
  void aBatchThatIsBroughtAgainIsStoredOnce() {
    for (int i = 0; i < 100; i++) {
      kafka.produce(ORDERS_0, FakeKafka.Content.of(i, "key", "x".repeat(60_000)));
    }
    FakeWorker worker = archiving(ORDERS_0);
    disk.hang();
    worker.iterateUntil(() -> worker.retries > 1);
    assertThat(worker.lastRetry).contains("The disk is behind").contains("orders-0");

    disk.heal();
    worker.drainAndCommit();
    worker.shutDown();

    assertArchived(ORDERS_0);
  }

  @Test
  void leftoversOfARenamedRevokedPartitionAreDroppedAndComeAgain() {
    // The worker drops records of revoked partitions by their transformed topic, so that these stay
    // in the batch that it brings again, after the partition was opened anew.
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 300);
    FakeWorker worker = started();
    worker.transform =
        record ->
            record.newRecord(
                "renamed",
                record.kafkaPartition(),
                record.keySchema(),
                record.key(),
                record.valueSchema(),
                record.value(),
                record.timestamp());
    worker.assign(ORDERS_0);
    worker.iterate();
    worker.iterate();
    disk.fill();
    worker.commit();
    worker.iterateUntil(() -> worker.retries > 0);

    worker.rebalanceInPoll(
        () -> {
          worker.lose(ORDERS_0);
          disk.heal();
          worker.assigned(List.of(ORDERS_0));
        });
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0);
  }

  @Test
  void stopAfterAFailedStartDoesNothing() {
    properties.put("store.path", folder.resolve("missing").toString());
    FakeWorker worker =
        new FakeWorker(
            kafka,
            new VarveSinkTask(
                settings -> {
                  throw new io.varve.base.BadSettingException("store.path", "x", "a store");
                },
                io.varve.base.Clock.SYSTEM));

    assertThatThrownBy(() -> worker.start(properties))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("Can't start archiving")
        .hasMessageContaining("store.path");
  }
}
