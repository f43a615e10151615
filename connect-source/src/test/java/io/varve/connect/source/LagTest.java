package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far each log's replay is, as the worker's metrics tell. */
final class LagTest {

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();

  @Test
  void aBoundedReplayCountsDownToItsEnd() throws InterruptedException {
    try (Archive archive = new Archive(folder.resolve("store"))) {
      archive.fill("orders", 0, 5).fill("orders", 1, 3);
      try (TaskRun run = start(archive, "end.offset", "4")) {
        assertThat(values(run, 0)).containsExactly(0L, 4L, 4L);
        assertThat(values(run, 1)).containsExactly(0L, 3L, 3L);

        for (SourceRecord record : run.pollAll()) {
          assertThat((long) record.sourceOffset().get("offset")).isLessThanOrEqualTo(4);
        }
        assertThat(values(run, 0)).containsExactly(4L, 4L, 0L);
        assertThat(values(run, 1)).containsExactly(3L, 3L, 0L);
      }
    }
  }

  @Test
  void aTailIsBehindWhatIsInTheStoreByNow() throws InterruptedException {
    try (Archive archive = new Archive(folder.resolve("store"))) {
      archive.fill("orders", 0, 5);
      try (TaskRun run = start(archive, "mode", "tail", "poll.events.max", "2")) {
        assertThat(values(run, 0)).containsExactly(0L, 5L, 5L);

        archive.fill("orders", 0, 100);
        pass(Duration.ofSeconds(10));
        run.task.poll();
        assertThat(values(run, 0)).containsExactly(2L, 105L, 103L);

        pass(Duration.ofSeconds(1));
        run.task.poll();
        assertThat(values(run, 0)).containsExactly(4L, 105L, 101L);

        run.pollAll();
        pass(Duration.ofSeconds(1));
        assertThat(run.task.poll()).isNull();
        assertThat(values(run, 0)).containsExactly(105L, 105L, 0L);
      }
    }
  }

  private TaskRun start(Archive archive, String... more) {
    Map<String, String> props = new HashMap<>();
    props.put("store.path", archive.path().toString());
    props.put("streams", "orders");
    props.put("topic.format", "${stream}-again");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return TaskRun.start(props, new StoredOffsets(), null, clock);
  }

  private void pass(Duration time) {
    clock.sleep(time.toNanos());
  }

  /** Position, end and lag of a partition. */
  private static Iterable<Long> values(TaskRun run, int partition) {
    return Stream.of("position", "end-offset", "lag-offsets")
        .map(name -> (Long) run.metrics.value(name + " orders 1 " + partition))
        .toList();
  }
}
