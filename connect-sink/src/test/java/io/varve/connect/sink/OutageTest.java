package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A disk that is full, slow or broken. */
final class OutageTest extends SinkFixture {

  @Test
  void aFullDiskHoldsTheWorkerBackAndNothingIsLostWhenThereIsRoomAgain() {
    kafka.produce(ORDERS_0, 120);
    kafka.produce(ORDERS_1, 80);
    FakeWorker worker = archiving(ORDERS_0, ORDERS_1);
    worker.iterate();

    disk.fill();
    worker.iterateUntil(
        () -> {
          kafka.produce(ORDERS_0, 1);
          return worker.retries > 2;
        });
    assertThat(worker.lastRetry).contains("the disk is full").contains("Kafka keeps them");
    worker.commit();
    disk.heal();
    kafka.produce(ORDERS_0, 30);
    worker.drainAndCommit();

    assertArchived(ORDERS_0);
    assertArchived(ORDERS_1);
    worker.shutDown();
  }

  @Test
  void eventsTakenBeforeTheDiskWasFullComeAgain() {
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 300);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain(); // All are taken, none is synced.

    disk.fill();
    worker.commit();
    assertThat(kafka.committed.getOrDefault(ORDERS_0, 0L)).isZero();
    disk.heal();
    kafka.produce(ORDERS_0, 1);
    worker.drainAndCommit();

    assertArchived(ORDERS_0);
    worker.shutDown();
  }

  @Test
  void aFullDiskAtTheFirstOpeningIsWaitedForToo() {
    kafka.produce(ORDERS_0, 60);
    FakeWorker worker = started();
    disk.fill();
    worker.assign(ORDERS_0);
    worker.iterateUntil(() -> worker.retries > 0);

    disk.heal();
    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0);
  }

  @Test
  void offsetsAreCommittedOnlyAsFarAsTheyAreDurable() {
    properties.put("commit.interval.ms", "60000");
    kafka.produce(ORDERS_0, 40);
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    worker.commit();
    assertThat(kafka.committed).containsEntry(ORDERS_0, 40L);
    kafka.produce(ORDERS_0, 40);
    worker.drain();

    disk.hang();
    worker.commit();

    assertThat(kafka.committed).containsEntry(ORDERS_0, 40L);
    disk.heal();
    worker.shutDown();
    assertArchived(ORDERS_0);
  }

  @Test
  void aDiskThatHangsHoldsNeitherPutNorCloseNorStop() {
    kafka.produce(ORDERS_0, 60);
    FakeWorker worker = archiving(ORDERS_0);
    worker.iterate();

    disk.hang();
    kafka.produce(ORDERS_0, 60);
    worker.iterate();
    worker.iterate();
    worker.shutDown(); // The harness fails if a call takes too long.
    disk.heal();

    FakeWorker next = archiving(ORDERS_0);
    next.drain();
    next.shutDown();
    assertArchived(ORDERS_0);
  }

  @Test
  void aBrokenDiskFailsTheTaskAfterAFewAttemptsAndNamesThePartition() {
    kafka.produce(ORDERS_0, 60);
    FakeWorker worker = archiving(ORDERS_0);

    disk.fail("Input/output error");

    assertThatThrownBy(() -> worker.iterateUntil(() -> false))
        .isInstanceOf(ConnectException.class)
        .rootCause()
        .hasMessageContaining("Input/output error");
    disk.heal();
    FakeWorker next = archiving(ORDERS_0);
    next.drain();
    next.shutDown();
    assertArchived(ORDERS_0);
  }

  @Test
  void aRealFullDiskIsWaitedForUntilThereIsRoom() throws Exception {
    Path mount = Files.createDirectory(folder.resolve("small"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", mount.toString()),
        "needs the right to mount a small tmpfs");
    try {
      Path ballast = mount.resolve("ballast");
      properties.put("compression.type", "none");
      properties.put("store.path", mount.resolve("store").toString());
      Files.write(ballast, new byte[2 << 20]);
      for (int i = 0; i < 1500; i++) {
        kafka.produce(ORDERS_0, FakeKafka.Content.of(i, "key", "x".repeat(1000)));
      }
      FakeWorker worker = new FakeWorker(kafka, new VarveSinkTask());
      worker.start(properties);
      worker.assign(ORDERS_0);
      worker.iterateUntil(
          () -> {
            kafka.produce(ORDERS_0, 1);
            return worker.retries > 1;
          });
      assertThat(worker.lastRetry).contains("the disk is full");

      Files.delete(ballast);
      worker.drainAndCommit();

      worker.shutDown();
      Path copy = store();
      run("cp", "-a", mount.resolve("store").toString(), copy.toString());
      assertArchived(ORDERS_0);
    } finally {
      run("umount", "-l", mount.toString());
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
