package io.varve.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.examples.flink.cluster.FlinkCluster;
import io.varve.examples.flink.cluster.FlinkJars;
import io.varve.examples.flink.cluster.FlinkProcess;
import io.varve.flink.source.VarveSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job on a real cluster follows a stream that grows all the time, with the packed source in
 * Flink's class path, while task managers are killed: each event that its filter wants comes once,
 * and in order.
 */
class ReplayOnClusterTest {

  /** As many as there are slots, so that each task manager reads. */
  private static final int PARTITIONS = 4;

  private static final int CHUNK_EVENTS = 250;
  private static final int KILLS = 2;

  @TempDir Path folder;

  /** Files of results that have been read. */
  private final Set<Path> read = new HashSet<>();

  /** By partition, the values that the job's results have, in the order in which they came. */
  private final Map<String, List<String>> arrived = new TreeMap<>();

  private int arrivedCount;

  @Test
  void eachEventComesOnceThoughTaskManagersAreKilled() throws Exception {
    FlinkJars jars = new FlinkJars(Path.of("").toAbsolutePath());
    Path store = folder.resolve("store");
    Files.createDirectory(results());
    try (Feeder feeder = new Feeder(store);
        FlinkCluster cluster = FlinkCluster.in(folder.resolve("cluster"), jars)) {
      cluster.startJobManager();
      cluster.startTaskManager();
      cluster.startTaskManager();
      cluster.awaitSlots();
      feeder.start();
      String job = submit(cluster.rest().port(), store);
      for (int kill = 1; kill <= KILLS; kill++) {
        awaitMore(cluster, feeder);
        kill(cluster, feeder, job);
      }
      awaitMore(cluster, feeder);
      feeder.stop();
      cluster.await("all events", () -> arrivedCount() >= feeder.wanted());
      assertThat(arrived).isEqualTo(feeder.expected());
    }
  }

  private Path results() {
    return folder.resolve("results");
  }

  private String submit(int restPort, Path store) throws Exception {
    Configuration settings = settings(restPort);
    settings.setString("pipeline.jars", jarOfTheSink().toUri().toString());
    try (StreamExecutionEnvironment environment = new StreamExecutionEnvironment(settings)) {
      environment
          .fromSource(source(store), WatermarkStrategy.noWatermarks(), "orders")
          .sinkTo(new CommittedFiles(results()));
      return environment.executeAsync("replay").getJobID().toString();
    }
  }

  private Path jarOfTheSink() throws IOException {
    Path classes = Path.of("target", "test-classes", "io", "varve", "examples", "flink");
    Path jar = folder.resolve("sink.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.list(classes)) {
      for (Path file :
          files.filter(each -> each.getFileName().toString().startsWith("Committed")).toList()) {
        out.putNextEntry(new JarEntry("io/varve/examples/flink/" + file.getFileName()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar;
  }

  /** Takes in what has been committed since the last look; how many events there are. */
  private int arrivedCount() {
    try {
      for (Path file : CommittedFiles.committed(results())) {
        if (read.add(file)) {
          for (String value : Files.readAllLines(file)) {
            arrived
                .computeIfAbsent(value.substring(0, value.indexOf(':')), p -> new ArrayList<>())
                .add(value);
            arrivedCount++;
          }
        }
      }
      return arrivedCount;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until events have come that are not in the store yet: the job reads, whatever was before. */
  private void awaitMore(FlinkCluster cluster, Feeder feeder) {
    int now = feeder.wanted();
    cluster.await("new events", () -> arrivedCount() > now);
  }

  /** Kills a task manager with events under way, and waits until the job runs on others. */
  private void kill(FlinkCluster cluster, Feeder feeder, String job) {
    FlinkProcess victim = cluster.taskManagers().get(0);
    cluster.await("events under way", () -> arrivedCount() < feeder.wanted());
    victim.kill();
    assertThat(ProcessHandle.of(victim.pid())).isEmpty();
    cluster.forget(victim);
    cluster.startTaskManager();
    cluster.await("the loss to be noticed", () -> !cluster.rest().isRunning(job));
    cluster.await("the job to go on", () -> cluster.rest().isRunning(job));
  }

  private static VarveSource<String> source(Path store) {
    return VarveSource.<String>builder()
        .setStore(store.toString())
        .setStreams("orders")
        .setFilter("!value.endsWith('7') || partition == 0")
        .setValueOnlyDeserializer(new SimpleStringSchema())
        .build();
  }

  private Configuration settings(int restPort) {
    Configuration settings = new Configuration();
    settings.setString("execution.target", "remote");
    settings.setString("execution.attached", "false");
    settings.setString("rest.address", "127.0.0.1");
    settings.setString("rest.port", Integer.toString(restPort));
    settings.setString("parallelism.default", Integer.toString(PARTITIONS));
    settings.setString("execution.checkpointing.interval", "300 ms");
    settings.setString(
        "execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
    settings.setString("restart-strategy.type", "fixed-delay");
    settings.setString("restart-strategy.fixed-delay.attempts", "1000");
    settings.setString("restart-strategy.fixed-delay.delay", "300 ms");
    return settings;
  }

  /**
   * Appends to all partitions, a chunk after another, until it is stopped.
   *
   * <p>Thread: its own appends; {@link #count} may be asked by any.
   */
  private static final class Feeder implements AutoCloseable {

    private final Store store;
    private final List<LogWriter> writers = new ArrayList<>();
    private final Map<String, List<String>> wanted = new TreeMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Thread thread = new Thread(this::feed, "feeder");
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    Feeder(Path folder) {
      store = Store.open(folder, StoreSettings.defaults());
      for (int partition = 0; partition < PARTITIONS; partition++) {
        writers.add(
            store.openWriter(
                new StreamPartition("orders", 1, partition), LogSettings.defaults(), "test"));
      }
    }

    void start() {
      thread.start();
    }

    /** Events in the store that the job's filter wants. */
    int wanted() {
      assertThat(failure).isNull();
      return count.get();
    }

    /** Their values, by partition, in order; when it has been stopped. */
    Map<String, List<String>> expected() {
      return wanted;
    }

    private void feed() {
      try {
        while (!stopped) {
          for (int partition = 0; partition < PARTITIONS; partition++) {
            append(partition, writers.get(partition));
          }
          count.set(wanted.values().stream().mapToInt(List::size).sum());
          FlinkCluster.pause();
        }
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void append(int partition, LogWriter writer) throws Exception {
      List<String> values =
          wanted.computeIfAbsent(Integer.toString(partition), p -> new ArrayList<>());
      for (int i = 0; i < CHUNK_EVENTS; i++) {
        long offset = writer.nextOffset();
        String value = partition + ":" + offset;
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        writer.append(
            new Event(
                offset,
                1_700_000_000_000L,
                TimestampType.CREATE,
                Encoding.NONE,
                null,
                Encoding.STRING,
                bytes,
                Headers.builder().build(),
                null,
                Event.NOT_DELAYED));
        if (partition == 0 || offset % 10 != 7) {
          values.add(value);
        }
      }
      writer.commit().get();
    }

    void stop() throws InterruptedException {
      stopped = true;
      thread.join();
    }

    @Override
    public void close() throws InterruptedException {
      stop();
      writers.forEach(LogWriter::close);
      store.close();
    }
  }
}
