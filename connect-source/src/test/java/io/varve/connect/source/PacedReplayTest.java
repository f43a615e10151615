package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays at a pace, on a clock that moves only when the task waits. */
final class PacedReplayTest {

  @TempDir Path folder;
  private Archive archive;
  private final SettableClock clock = new SettableClock();

  @BeforeEach
  void openArchive() {
    archive = new Archive(folder.resolve("store"));
  }

  @AfterEach
  void closeArchive() {
    archive.close();
  }

  /** Each event as partition/offset@milliseconds at which it was sent. */
  private List<String> replay(String... more) throws InterruptedException {
    Map<String, String> props = new HashMap<>();
    props.put("store.path", archive.path().toString());
    props.put("streams", "s");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    List<String> sent = new ArrayList<>();
    try (TaskRun run = TaskRun.start(props, new StoredOffsets(), null, clock)) {
      int idle = 0;
      while (idle < 2 || !run.metrics.value("done-ratio").equals(1.0)) {
        long asked = clock.millis();
        List<SourceRecord> polled = run.task.poll();
        assertThat(clock.millis() - asked).isLessThanOrEqualTo(1000);
        idle = polled == null ? idle + 1 : 0;
        if (polled != null) {
          for (SourceRecord record : polled) {
            long offset = (long) record.sourceOffset().get("offset") - 1;
            sent.add(record.kafkaPartition() + "/" + offset + "@" + clock.millis());
          }
        }
      }
    }
    return sent;
  }

  private void fill(int partition, long... times) {
    archive.fill(new StreamPartition("s", 1, partition), times.length, at -> times[(int) at]);
  }

  @Test
  void asItHappenedOverAllPartitions() throws InterruptedException {
    fill(0, 10_000, 10_300, 15_000);
    fill(1, 10_100, 12_000);
    assertThat(replay("speed", "1.0"))
        .containsExactly("0/0@0", "1/0@100", "0/1@300", "1/1@2000", "0/2@5000");
  }

  @Test
  void tenTimesAsFast() throws InterruptedException {
    fill(0, 10_000, 10_300, 15_000);
    assertThat(replay("speed", "10")).containsExactly("0/0@0", "0/1@30", "0/2@500");
  }

  @Test
  void anEventOutOfOrderIsNotHeldUpAndHoldsUpNone() throws InterruptedException {
    fill(0, 10_000, 2_000, 10_200, 9_000);
    assertThat(replay("speed", "1")).containsExactly("0/0@0", "0/1@0", "0/2@200", "0/3@200");
  }

  @Test
  void aTimestampFarAheadWaitsNoLongerThanTheLongestGap() throws InterruptedException {
    fill(0, 10_000, 999_999_999_999_000L, 10_400);
    fill(1, 10_100, 10_200);
    assertThat(replay("speed", "1", "speed.gap.max.ms", "1000"))
        .containsExactly("0/0@0", "1/0@100", "1/1@200", "0/1@1200", "0/2@1200");
  }
}
