package io.varve.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.examples.flink.cluster.FlinkCluster;
import io.varve.examples.flink.cluster.FlinkJars;
import io.varve.examples.flink.cluster.FlinkProcess;
import io.varve.flink.source.VarveSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job on a real cluster reads a stream that grows, with the packed source in Flink's class path,
 * while task managers are killed: each event comes once.
 */
class ReplayOnClusterTest {

  private static final int PARTITIONS = 3;
  private static final int EACH_TIME = 2_000;
  private static final int KILLS = 2;

  @TempDir Path folder;

  private final ConcurrentLinkedQueue<String> arrived = new ConcurrentLinkedQueue<>();
  private final List<String> expected = new ArrayList<>();

  @Test
  void eachEventComesOnceThoughTaskManagersAreKilled() throws Exception {
    FlinkJars jars = new FlinkJars(Path.of("").toAbsolutePath());
    Path store = folder.resolve("store");
    try (Store opened = Store.open(store, StoreSettings.defaults());
        FlinkCluster cluster = FlinkCluster.in(folder.resolve("cluster"), jars)) {
      append(opened, 0);
      cluster.startJobManager();
      cluster.startTaskManager();
      cluster.startTaskManager();
      cluster.awaitSlots();
      try (StreamExecutionEnvironment environment =
          new StreamExecutionEnvironment(settings(cluster.rest().port()))) {
        DataStream<String> events =
            environment.fromSource(source(store), WatermarkStrategy.noWatermarks(), "orders");
        CloseableIterator<String> results = events.collectAsync();
        JobClient job = environment.executeAsync("replay");
        Thread collecting = new Thread(() -> results.forEachRemaining(arrived::add), "collecting");
        collecting.setDaemon(true);
        collecting.start();
        awaitAll(cluster);
        for (int kill = 1; kill <= KILLS; kill++) {
          FlinkProcess victim = cluster.taskManagers().get(0);
          victim.kill();
          cluster.forget(victim);
          append(opened, kill);
          cluster.startTaskManager();
          awaitAll(cluster);
        }
        job.cancel().get();
      }
    }
    assertThat(arrived).containsExactlyInAnyOrderElementsOf(expected);
  }

  private void awaitAll(FlinkCluster cluster) {
    cluster.await("events that were appended", () -> arrived.size() >= expected.size());
  }

  private void append(Store store, int time) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      try (LogWriter writer =
          store.openWriter(
              new StreamPartition("orders", 1, partition), LogSettings.defaults(), "test")) {
        for (int i = 0; i < EACH_TIME; i++) {
          String value = time + ":" + partition + ":" + i;
          writer.append(
              Event.of(
                  writer.nextOffset(),
                  1_700_000_000_000L,
                  null,
                  value.getBytes(StandardCharsets.UTF_8)));
          expected.add(value);
        }
      }
    }
  }

  private static VarveSource<String> source(Path store) {
    return VarveSource.<String>builder()
        .setStore(store.toString())
        .setStreams("orders")
        .setValueOnlyDeserializer(new SimpleStringSchema())
        .build();
  }

  private Configuration settings(int restPort) {
    Configuration settings = new Configuration();
    settings.setString("execution.target", "remote");
    settings.setString("execution.attached", "false");
    settings.setString("rest.address", "127.0.0.1");
    settings.setString("rest.port", Integer.toString(restPort));
    settings.setString("parallelism.default", "2");
    settings.setString("execution.checkpointing.interval", "300 ms");
    settings.setString(
        "execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
    settings.setString("restart-strategy.type", "fixed-delay");
    settings.setString("restart-strategy.fixed-delay.attempts", "1000");
    settings.setString("restart-strategy.fixed-delay.delay", "300 ms");
    return settings;
  }
}
