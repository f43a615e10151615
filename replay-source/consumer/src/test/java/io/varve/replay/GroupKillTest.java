package io.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members in processes of their own are killed (SIGKILL) again and again while they read: others go
 * on at the committed offsets, and no record is left out. {@code -Dvarve.kills=N} says how often,
 * {@code -Dvarve.kill.seed=N} when.
 */
final class GroupKillTest {

  private static final int MEMBERS = 3;
  private static final int PARTITIONS = 6;
  private static final int SHARE = 150;
  private static final int KILLS =
      Integer.getInteger("varve.kills", Boolean.getBoolean("nightly") ? 40 : 5);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final List<Process> members = new ArrayList<>();

  /** How often each record was read, by its partition and offset. */
  private final Map<String, Integer> read = new ConcurrentHashMap<>();

  private final AtomicLong lines = new AtomicLong();

  @Test
  void othersGoOnWhereTheDeadOneHadCommitted() throws Exception {
    long seed = Long.getLong("varve.kill.seed", System.nanoTime());
    System.out.println("Seed of the kills: " + seed);
    Random random = new Random(seed);
    try (StoreFixture store = new StoreFixture(folder.resolve("store"))) {
      append(store);
      for (int i = 0; i < MEMBERS; i++) {
        start(store.path());
      }
      for (int kill = 0; kill < KILLS; kill++) {
        long until = lines.get() + 1 + random.nextInt(PARTITIONS * SHARE / 2);
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> lines.get() >= until);
        members.remove(random.nextInt(members.size())).destroyForcibly().waitFor();
        append(store);
        start(store.path());
      }
      int all = PARTITIONS * SHARE * (KILLS + 1);
      await().atMost(LIMIT).untilAsserted(() -> assertThat(read).hasSize(all));

      for (int partition = 0; partition < PARTITIONS; partition++) {
        for (int offset = 0; offset < SHARE * (KILLS + 1); offset++) {
          assertThat(read).containsKey(partition + " " + offset);
        }
      }
      // What comes again is what a killed one had read and not committed.
      int again = read.values().stream().mapToInt(count -> count - 1).sum();
      assertThat(again).isLessThanOrEqualTo(KILLS * MemberProcess.POLL_RECORDS_MAX);
      try (Consumer<String, String> looking = store.consumer("group.id", "killed")) {
        List<TopicPartition> partitions =
            IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition("orders", p)).toList();
        looking.assign(partitions);
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () ->
                    assertThat(looking.committed(Set.copyOf(partitions)).values())
                        .allSatisfy(
                            offset ->
                                assertThat(offset.offset()).isEqualTo((long) SHARE * (KILLS + 1))));
      }
    } finally {
      for (Process member : members) {
        member.destroyForcibly().waitFor();
      }
    }
  }

  private static void append(StoreFixture store) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      store.append(
          "orders",
          partition,
          IntStream.range(0, SHARE).mapToObj(String::valueOf).toArray(String[]::new));
    }
  }

  private void start(Path path) throws IOException {
    Process member =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                MemberProcess.class.getName(),
                path.toString(),
                "orders")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    members.add(member);
    Thread listener = new Thread(() -> listen(member));
    listener.setDaemon(true);
    listener.start();
  }

  private void listen(Process member) {
    try (BufferedReader said = member.inputReader(StandardCharsets.UTF_8)) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        // One that was cut short belongs to records that are not committed.
        if (line.endsWith(" .")) {
          read.merge(line.substring(0, line.length() - 2), 1, Integer::sum);
          lines.incrementAndGet();
        }
      }
    } catch (IOException e) {
      if (member.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
