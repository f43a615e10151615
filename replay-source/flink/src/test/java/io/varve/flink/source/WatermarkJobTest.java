package io.varve.flink.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.event.Event;
import io.varve.flink.source.table.ShownMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Event time over partitions that are far apart in it. */
class WatermarkJobTest {

  private static final long HOUR_MS = 3_600_000;
  private static final Duration DRIFT = Duration.ofSeconds(10);

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(showing())
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  /** What arrived of the one job that runs, and the watermark that it came behind. */
  private record Arrival(String value, long timestampMs, long watermarkMs) {}

  private static final ConcurrentLinkedQueue<Arrival> ARRIVED = new ConcurrentLinkedQueue<>();

  private static volatile long watermarkMs = Long.MIN_VALUE;

  @TempDir Path folder;

  private static Configuration showing() {
    Configuration configuration = new Configuration();
    ShownMetrics.use(configuration);
    return configuration;
  }

  private static final class Recording extends AbstractStreamOperator<String>
      implements OneInputStreamOperator<String, String> {

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(StreamRecord<String> element) {
      ARRIVED.add(new Arrival(element.getValue(), element.getTimestamp(), watermarkMs));
    }

    @Override
    public void processWatermark(Watermark mark) {
      watermarkMs = mark.getTimestamp();
    }
  }

  private static void append(Archive archive, int partition, long firstMs, int count) {
    LogWriter writer = archive.writer("a", partition);
    for (int i = 0; i < count; i++) {
      writer.append(
          Event.of(
              writer.nextOffset(),
              firstMs + i * 1000L,
              null,
              Archive.text(partition + ":" + writer.nextOffset())));
    }
    writer.sync();
  }

  private static List<String> arrived(int partition) {
    return ARRIVED.stream()
        .map(Arrival::value)
        .filter(value -> value.startsWith(partition + ":"))
        .toList();
  }

  private static List<String> values(int partition, int count) {
    return IntStream.range(0, count).mapToObj(i -> partition + ":" + i).toList();
  }

  private static void awaitWatermark(long ms) {
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> watermarkMs == ms);
  }

  @Test
  void aPartitionThatIsAheadWaitsAndTheOneBehindTellsTheTime() throws Exception {
    long first = Archive.FIRST_MS;
    long later = first + HOUR_MS;
    try (Archive archive = new Archive(folder)) {
      append(archive, 0, first, 10);
      append(archive, 1, later, 1);
      JobClient job = run();
      // Timestamps that rise: a watermark is the last one, less a millisecond.
      awaitWatermark(first + 9_000 - 1);
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> ShownMetrics.sum("accumulatedPausedTimeMs") > 0);

      append(archive, 1, later + 1_000, 100);
      append(archive, 0, first + 10_000, 1_000);
      awaitWatermark(first + 1_009_000 - 1);
      assertThat(arrived(0)).isEqualTo(values(0, 1_010));
      assertThat(arrived(1)).isEqualTo(values(1, 1));

      // Now the other is behind, and goes on to its end.
      append(archive, 0, later + HOUR_MS, 1);
      awaitWatermark(later + 100_000 - 1);
      assertThat(arrived(0)).isEqualTo(values(0, 1_011));
      assertThat(arrived(1)).isEqualTo(values(1, 101));
      job.cancel().get();

      assertThat(new ArrayList<>(ARRIVED))
          .allSatisfy(
              arrival -> assertThat(arrival.timestampMs()).isGreaterThan(arrival.watermarkMs()));
    }
  }

  private JobClient run() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    env.getConfig().setAutoWatermarkInterval(5);
    VarveSource<String> source =
        VarveSource.<String>builder()
            .setStore(folder.toString())
            .setStreams("a")
            .setValueOnlyDeserializer(new SimpleStringSchema())
            .build();
    env.fromSource(
            source,
            WatermarkStrategy.<String>forMonotonousTimestamps()
                .withWatermarkAlignment("streams", DRIFT, Duration.ofMillis(5)),
            "a")
        .transform("recording", Types.STRING, new Recording());
    return env.executeAsync();
  }
}
