package io.varve.flink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.SinkFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that follow streams, fail, are stopped and go on. */
class ContinuousJobTest {

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(2)
              .build());

  /** What arrived, of the one job that runs. */
  private static final ConcurrentLinkedQueue<String> ARRIVED = new ConcurrentLinkedQueue<>();

  private static final AtomicInteger FAILURES_LEFT = new AtomicInteger();

  @TempDir Path folder;
  @TempDir Path savepoints;

  @BeforeEach
  void nothingArrived() {
    ARRIVED.clear();
    FAILURES_LEFT.set(0);
  }

  private VarveSourceBuilder<String> source() {
    return VarveSource.<String>builder()
        .setStore(folder.toString())
        .setStreams("a")
        .setDiscoveryInterval(Duration.ofMillis(100))
        .setValueOnlyDeserializer(new SimpleStringSchema());
  }

  private static StreamExecutionEnvironment environment(int parallelism) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(parallelism);
    env.enableCheckpointing(50);
    return env;
  }

  private static JobClient run(StreamExecutionEnvironment env, VarveSource<String> source)
      throws Exception {
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "a").uid("a").addSink(new Arriving());
    return env.executeAsync();
  }

  private static final class Arriving implements SinkFunction<String> {

    private static final long serialVersionUID = 1L;

    @Override
    public void invoke(String value, Context context) {
      ARRIVED.add(value);
    }
  }

  private static void awaitArrived(int count) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> new HashSet<>(ARRIVED).size() >= count);
  }

  private static Set<String> values(int partition, int count) {
    Set<String> all = new HashSet<>();
    for (int offset = 0; offset < count; offset++) {
      all.add("a-" + partition + ":" + offset);
    }
    return all;
  }

  @Test
  void eventsAndPartitionsAreReadAsTheyCome() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 10)) {
      JobClient job = run(environment(2), source().build());
      awaitArrived(10);
      archive.fill("a", 0, 10);
      awaitArrived(20);
      archive.fill("a", 1, 10);
      awaitArrived(30);
      job.cancel().get();

      Set<String> all = values(0, 20);
      all.addAll(values(1, 10));
      assertThat(ARRIVED).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void aNewGenerationIsReadBehindTheOneBefore() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 10)) {
      JobClient job = run(environment(1), source().build());
      awaitArrived(10);
      LogWriter next = archive.writer(new StreamPartition("a", 2, 0));
      for (int i = 0; i < 5; i++) {
        next.append(Event.of(i, Archive.FIRST_MS, null, Archive.text("again:" + i)));
      }
      next.sync();
      awaitArrived(15);
      job.cancel().get();

      assertThat(List.copyOf(ARRIVED).subList(10, 15))
          .containsExactly("again:0", "again:1", "again:2", "again:3", "again:4");
    }
  }

  @Test
  void aJobGoesOnFromItsSavepointWithMoreAndWithFewerSubtasks() throws Exception {
    try (Archive archive = new Archive(folder)) {
      Set<String> expected = new HashSet<>();
      int each = 0;
      String savepoint = null;
      for (int parallelism : List.of(1, 4, 2)) {
        each += 300;
        for (int partition = 0; partition < 5; partition++) {
          archive.fill("a", partition, 300);
          expected.addAll(values(partition, each));
        }
        StreamExecutionEnvironment env = environment(parallelism);
        if (savepoint != null) {
          Configuration from = new Configuration();
          from.setString("execution.state-recovery.path", savepoint);
          env.configure(from);
        }
        JobClient job = run(env, source().build());
        awaitArrived(5 * each);
        savepoint =
            job.stopWithSavepoint(
                    false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                .get();
      }
      assertThat(ARRIVED).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void aFailedTaskGoesOnAtItsCheckpointExactlyOnce() throws Exception {
    try (Archive archive = new Archive(folder)) {
      List<String> expected = new ArrayList<>();
      for (int partition = 0; partition < 3; partition++) {
        archive.fill("a", partition, 20_000);
        expected.addAll(values(partition, 20_000));
      }
      FAILURES_LEFT.set(2);
      StreamExecutionEnvironment env = environment(2);
      List<String> results = new ArrayList<>();
      // The collecting sink shows what checkpoints have made final, each once.
      try (CloseableIterator<String> collected =
          env.fromSource(
                  source().setBounded(LogPlace.latest()).build(),
                  WatermarkStrategy.noWatermarks(),
                  "a")
              .map(new FailingAfterCheckpoints())
              .executeAndCollect()) {
        collected.forEachRemaining(results::add);
      }
      assertThat(FAILURES_LEFT).hasValueLessThanOrEqualTo(0);
      assertThat(results).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /** Fails now and then, when a few thousand elements have passed. */
  private static final class FailingAfterCheckpoints implements MapFunction<String, String> {

    private static final long serialVersionUID = 1L;

    private int passed;

    @Override
    public String map(String value) {
      if (++passed == 7_000 && FAILURES_LEFT.getAndDecrement() > 0) {
        throw new IllegalStateException("A failure on purpose");
      }
      return value;
    }
  }

  @Test
  void offsetsThatAreGoneFailTheJobOrAreLeftOutAsTold() throws Exception {
    try (Archive archive = expired()) {
      long first = archive.store().stats(new StreamPartition("a", 1, 0)).startOffset();
      assertThat(first).isPositive();
      LogPlace zero = LogPlace.offsets(Map.of(new LogName("a", 0), 0L));

      assertThatThrownBy(() -> read(source().setBounded(LogPlace.latest()).setStart(zero).build()))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("The offsets 0 to " + (first - 1) + " of a-0")
                      .contains("retention has left only those from " + first));

      List<String> left =
          read(
              source()
                  .setBounded(LogPlace.latest())
                  .setStart(zero)
                  .setExpiredOffset(ExpiredOffset.EARLIEST)
                  .build());
      assertThat(left).first().isEqualTo("a-0:" + first);
      assertThat(read(source().setBounded(LogPlace.latest()).build())).isEqualTo(left);
    }
  }

  private Archive expired() {
    Archive archive =
        new Archive(
            folder,
            LogSettings.defaults()
                .withSegmentBytes(4096)
                .withBatchBytes(1024)
                .withRetention(new Retention(-1, 8192)));
    archive.fill("a", 0, 3000);
    Awaitility.await()
        .until(() -> archive.store().stats(new StreamPartition("a", 1, 0)).startOffset() > 0);
    archive.end("a", 0);
    return archive;
  }

  @Test
  void damageFailsTheJobAndIsNamed() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 1000)) {
      archive.end("a", 0);
      Path segment = segments().get(0);
      try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), channel.size() / 2);
      }
      assertThatThrownBy(() -> read(source().setBounded(LogPlace.latest()).build()))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("Corrupt file")
                      .contains(segment.getFileName().toString()));
    }
  }

  private List<Path> segments() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  private static List<String> read(VarveSource<String> source) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    List<String> all = new ArrayList<>();
    try (CloseableIterator<String> results =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "a").executeAndCollect()) {
      results.forEachRemaining(all::add);
    }
    return all;
  }
}
