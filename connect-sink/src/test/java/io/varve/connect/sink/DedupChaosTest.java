package io.varve.connect.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.FencedException;
import io.varve.event.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens, in whatever order: of each id the first event is archived and no other, and all
 * others are in the stream of duplicates. {@code -Dchaos.seed=N} replays one seed, {@code
 * -Dchaos.seeds=N} tries so many.
 */
final class DedupChaosTest extends SinkFixture {

  private static final int STEPS = 60;

  private final List<FakeWorker> zombies = new ArrayList<>();
  private final FakeWorker.DeadLetterQueue queue = new FakeWorker.DeadLetterQueue();

  static List<Long> seeds() {
    return ChaosTest.seeds();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachIdIsArchivedOnceAndEachDuplicateKept(long seed) {
    Random random = new Random(seed);
    properties.put("dedup.id", "header:id");
    properties.put("dedup.duplicates.stream", "dups");
    properties.put("dedup.memory.bytes", "1048576");
    properties.put("commit.interval.ms", random.nextBoolean() ? "1" : "50");
    // Segments are sealed, and with that synced, when nobody asks for it.
    properties.put("segment.bytes", "65536");
    properties.put("compression.type", "none");
    properties.put("batch.bytes", "4096");
    int ids = 20 + random.nextInt(2000);
    FakeWorker worker = next(random);
    for (int step = 0; step < STEPS; step++) {
      try {
        worker = step(worker, ids, random);
      } catch (ConnectException e) {
        worker = afterFencing(e, random);
      }
    }
    disk.heal();
    try {
      worker.drainAndCommit();
    } catch (ConnectException e) {
      worker = afterFencing(e, random);
      worker.drainAndCommit();
    }
    worker.shutDown();

    List<Long> first = new ArrayList<>();
    List<Long> others = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (long offset : kafka.offsets(ORDERS_0)) {
      byte[] id = kafka.content(ORDERS_0, offset).headers().get("id");
      if (id != null && id.length == 0) {
        continue;
      }
      (id == null || seen.add(new String(id, UTF_8)) ? first : others).add(offset);
    }
    assertSame("archived", offsets("orders", 1, 0), first);
    assertSame("duplicates", offsets("dups", 1, 0), others);
    for (Event event : events("dups", 1, 0)) {
      assertThat(event.value()).isEqualTo(kafka.content(ORDERS_0, event.offset()).value().value());
    }
  }

  /** As isEqualTo, with a message that can be read. */
  private static void assertSame(String what, List<Long> found, List<Long> expected) {
    List<Long> missing = new ArrayList<>(expected);
    missing.removeAll(found);
    List<Long> surplus = new ArrayList<>(found);
    surplus.removeAll(expected);
    assertThat(missing).as(what + " missing").isEmpty();
    assertThat(surplus).as(what + " too many").isEmpty();
    assertThat(found.equals(expected)).as(what + " in order").isTrue();
  }

  private FakeWorker step(FakeWorker worker, int ids, Random random) {
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> produce(1 + random.nextInt(200), ids, random);
      case 3 -> kafka.produce(ORDERS_0, 3);
      case 4 -> {
        kafka.skip(ORDERS_0, random.nextInt(3));
        kafka.produce(ORDERS_0, 1);
      }
      case 5, 6 -> worker.iterate();
      case 7 -> worker.commit();
      case 8 ->
          worker.rebalanceInPoll(
              () -> {
                if (random.nextBoolean()) {
                  worker.revoke(ORDERS_0);
                } else {
                  worker.lose(ORDERS_0);
                }
                worker.assigned(List.of(ORDERS_0));
              });
      case 9 -> disk.fill();
      case 10 -> disk.heal();
      default -> {
        disk.heal();
        if (random.nextInt(3) == 0) {
          worker.shutDown();
        } else {
          zombies.add(worker);
        }
        FakeWorker successor = next(random);
        zombies.removeIf(zombie -> haunts(zombie, random));
        return successor;
      }
    }
    return worker;
  }

  private void produce(int count, int ids, Random random) {
    for (int i = 0; i < count; i++) {
      long offset = kafka.endOffset(ORDERS_0);
      String id = random.nextInt(200) == 0 ? "" : "id-" + random.nextInt(ids);
      kafka.produce(
          ORDERS_0,
          new FakeKafka.Content(
              1_700_000_000_000L + offset * 7,
              bytes("key"),
              bytes("value at " + offset + "x".repeat(random.nextInt(2000))),
              Map.of("id", id.getBytes(UTF_8))));
    }
  }

  private static SchemaAndValue bytes(String text) {
    return new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, text.getBytes(UTF_8));
  }

  /** The one failure that may come: replaced tasks have taken a log from this one too often. */
  private FakeWorker afterFencing(ConnectException e, Random random) {
    assertThat(e).hasRootCauseInstanceOf(FencedException.class);
    disk.heal();
    return next(random);
  }

  /** A turn of a replaced worker that does not know it; whether it is told then, and ends. */
  private static boolean haunts(FakeWorker zombie, Random random) {
    try {
      zombie.iterate();
      if (random.nextInt(3) == 0) {
        return false;
      }
      zombie.lose(ORDERS_0);
      zombie.shutDown();
      return true;
    } catch (ConnectException e) {
      assertThat(e).hasRootCauseInstanceOf(FencedException.class);
      return true;
    }
  }

  private FakeWorker next(Random random) {
    FakeWorker worker = worker();
    worker.reporter = queue;
    worker.start(properties);
    worker.maxPollRecords = 1 + random.nextInt(80);
    worker.assign(ORDERS_0);
    return worker;
  }
}
