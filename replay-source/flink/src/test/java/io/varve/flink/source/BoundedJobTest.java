package io.varve.flink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that read what there is and end. */
class BoundedJobTest {

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  @TempDir Path folder;

  private VarveSourceBuilder<String> source() {
    return VarveSource.<String>builder()
        .setStore(folder.toString())
        .setBounded(LogPlace.latest())
        .setValueOnlyDeserializer(new SimpleStringSchema());
  }

  private static List<String> run(VarveSource<String> source, int parallelism) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    List<String> all = new ArrayList<>();
    try (CloseableIterator<String> results =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "events").executeAndCollect()) {
      results.forEachRemaining(all::add);
    }
    return all;
  }

  private static List<String> values(String stream, int partition, int from, int to) {
    List<String> all = new ArrayList<>();
    for (int offset = from; offset < to; offset++) {
      all.add(stream + "-" + partition + ":" + offset);
    }
    return all;
  }

  @Test
  void aPartitionIsReadInItsOrder() throws Exception {
    try (Archive archive = new Archive(folder).fill("orders", 0, 10_000)) {
      List<String> read = run(source().setStreams("orders").build(), 1);

      assertThat(read).isEqualTo(values("orders", 0, 0, 10_000));
    }
  }

  @Test
  void eachPartitionOfEachStreamIsReadOnce() throws Exception {
    try (Archive archive = new Archive(folder)) {
      List<String> all = new ArrayList<>();
      for (int partition = 0; partition < 5; partition++) {
        archive.fill("orders", partition, 1000).fill("orders.paid", partition, 700);
        all.addAll(values("orders", partition, 0, 1000));
        all.addAll(values("orders.paid", partition, 0, 700));
      }
      archive.fill("other", 0, 10);

      List<String> read = run(source().setStreamPattern(Pattern.compile("orders.*")).build(), 3);

      assertThat(read).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void offsetsBoundWhatIsRead() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 100)) {
      List<String> expected = values("a", 0, 90, 95);
      expected.addAll(values("a", 1, 0, 100));

      List<String> read =
          run(
              source()
                  .setStreams("a")
                  .setStart(LogPlace.offsets(Map.of(new LogName("a", 0), 90L)))
                  .setBounded(LogPlace.offsets(Map.of(new LogName("a", 0), 95L)))
                  .build(),
              2);

      assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void timesBoundWhatIsRead() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100)) {
      List<String> read =
          run(
              source()
                  .setStreams("a")
                  .setStart(LogPlace.time(Archive.FIRST_MS + 10_000))
                  .setBounded(LogPlace.time(Archive.FIRST_MS + 20_000))
                  .build(),
              1);

      assertThat(read).isEqualTo(values("a", 0, 10, 20));
    }
  }

  @Test
  void aPartitionCutIntoSplitsIsReadOnceByAllSubtasks() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 10_000)) {
      List<String> read = run(source().setStreams("a").setSplitOffsets(777).build(), 4);

      assertThat(read).containsExactlyInAnyOrderElementsOf(values("a", 0, 0, 10_000));
    }
  }

  @Test
  void aFilterLeavesEventsOut() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100)) {
      List<String> read =
          run(source().setStreams("a").setFilter(event -> event.offset() % 10 == 3).build(), 1);

      assertThat(read).hasSize(10).first().isEqualTo("a-0:3");
    }
  }

  /** Says what it was told of. */
  public static final class Telling implements Deserializer<String> {

    private String told = "";

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
      told = configs + (isKey ? " key " : " value ");
    }

    @Override
    public String deserialize(String topic, byte[] data) {
      return told + topic + " " + new String(data, StandardCharsets.UTF_8);
    }
  }

  @Test
  void valuesAreReadByADeserializerOfKafkas() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 1)) {
      archive.append("a", 0, Event.of(0, Archive.FIRST_MS, Archive.text("k"), null));
      archive.fill("a", 0, 1);
      VarveSource<String> source =
          source()
              .setStreams("a")
              .setDeserializer(KafkaValueDeserialization.valueOnly(Telling.class, Map.of("x", "1")))
              .build();

      assertThat(source.getProducedType()).isEqualTo(Types.STRING);
      assertThat(run(source, 1)).containsExactly("{x=1} value a a-0:0", "{x=1} value a a-0:2");
    }
  }

  @Test
  void anEmptyStreamHasNoElements() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 0)) {
      assertThat(run(source().setStreams("a").build(), 2)).isEmpty();
    }
  }

  @Test
  void aMissingStoreFailsTheJobAndSaysWhere() {
    assertFailsWith(
        source().setStreams("a").build(), folder.toString(), "on every task manager", "no store");
  }

  @Test
  void aMissingStreamFailsTheJobAndTellsWhichThereAre() {
    try (Archive archive = new Archive(folder).fill("orders", 0, 1)) {
      assertFailsWith(
          source().setStreams("order").build(), "No stream 'order'", "its streams are [orders]");
    }
  }

  private static void assertFailsWith(VarveSource<String> source, String... words) {
    assertThatThrownBy(() -> run(source, 1))
        .satisfies(
            failure -> {
              String all = ExceptionUtils.stringifyException(failure);
              assertThat(all).contains(words);
            });
  }
}
