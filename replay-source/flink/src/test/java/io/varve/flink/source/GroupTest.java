package io.varve.flink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.StreamPartition;
import io.varve.flink.source.discover.HandContext;
import io.varve.flink.source.discover.LogEnumerator;
import io.varve.flink.source.group.CommittedPlaces;
import io.varve.flink.source.split.SourceState;
import io.varve.replay.offsets.GroupOffsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that begin and end where a group of consumers is, and tell it where they are. */
class GroupTest {

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final StreamPartition FIRST = new StreamPartition("a", 1, 0);
  private static final StreamPartition SECOND = new StreamPartition("a", 1, 1);

  @TempDir Path folder;

  private VarveSourceBuilder<String> source() {
    return VarveSource.<String>builder()
        .setStore(folder.toString())
        .setStreams("a")
        .setDiscoveryInterval(Duration.ofMillis(100))
        .setValueOnlyDeserializer(new SimpleStringSchema());
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.setString("restart-strategy.type", "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    env.enableCheckpointing(50);
    return env;
  }

  private static List<String> read(VarveSource<String> source) throws Exception {
    List<String> values = new ArrayList<>();
    try (CloseableIterator<String> results =
        environment()
            .fromSource(source, WatermarkStrategy.noWatermarks(), "a")
            .executeAndCollect()) {
      results.forEachRemaining(values::add);
    }
    return values;
  }

  private static List<String> values(int partition, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "a-" + partition + ":" + i).toList();
  }

  private static void commit(Archive archive, StreamPartition log, long next) {
    CommittedPlaces.commit(archive.store(), "g", Map.of(log, next));
  }

  private static long committed(Archive archive, StreamPartition log) {
    return CommittedPlaces.of(archive.store(), "g").offset(log);
  }

  private static SortedSet<String> groups(GroupOffsets offsets) {
    return offsets.groups(
        damage -> {
          throw damage;
        });
  }

  @Test
  void aJobThatFollowsTellsTheGroupWhereItsCheckpointsAre() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 50)) {
      StreamExecutionEnvironment env = environment();
      env.fromSource(source().setGroupId("g").build(), WatermarkStrategy.noWatermarks(), "a")
          .sinkTo(new DiscardingSink<>());
      JobClient job = env.executeAsync();
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> committed(archive, FIRST) == 100 && committed(archive, SECOND) == 50);
      archive.fill("a", 0, 7);
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> committed(archive, FIRST) == 107);
      job.cancel().get();

      assertThat(CommittedPlaces.of(archive.store(), "g").generation(FIRST)).isEqualTo(1);
      assertThat(CommittedPlaces.of(archive.store(), "other").generation(FIRST)).isZero();
    }
  }

  @Test
  void aBoundedJobLeavesTheGroupAtItsEndAndTheNextGoesOnThere() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 50)) {
      VarveSource<String> source =
          source()
              .setStart(LogPlace.committed("g", LogPlace.earliest()))
              .setBounded(LogPlace.latest())
              .setGroupId("g")
              .build();
      List<String> all = new ArrayList<>(values(0, 0, 100));
      all.addAll(values(1, 0, 50));

      assertThat(read(source)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(committed(archive, FIRST)).isEqualTo(100);
      assertThat(committed(archive, SECOND)).isEqualTo(50);

      archive.fill("a", 0, 3);
      assertThat(read(source)).isEqualTo(values(0, 100, 103));
      assertThat(committed(archive, FIRST)).isEqualTo(103);
      // What ./varve offsets shows.
      try (GroupOffsets shown = GroupOffsets.open(folder)) {
        assertThat(groups(shown)).containsExactly("g");
        assertThat(shown.committed("g"))
            .isEqualTo(
                Map.of(
                    new TopicPartition("a", 0), new OffsetAndMetadata(103),
                    new TopicPartition("a", 1), new OffsetAndMetadata(50)));
      }
    }
  }

  @Test
  void eventsThatAFilterPassesByAreCommittedToo() throws Exception {
    try (Archive archive =
        new Archive(folder)
            .fill("a", 0, 2_000, offset -> Archive.text("{\"n\": " + offset + "}"))) {
      VarveSource<String> source =
          source()
              .setFilter("value.n == 1234")
              .setBounded(LogPlace.latest())
              .setGroupId("g")
              .build();

      assertThat(read(source)).containsExactly("{\"n\": 1234}");
      assertThat(committed(archive, FIRST)).isEqualTo(2_000);
    }
  }

  @Test
  void aJobMayEndWhereTheGroupIs() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100)) {
      commit(archive, FIRST, 40);

      assertThat(
              read(
                  source()
                      .setStart(LogPlace.offsets(Map.of(new LogName("a", 0), 30L)))
                      .setBounded(LogPlace.committed("g"))
                      .build()))
          .isEqualTo(values(0, 30, 40));
      assertThat(committed(archive, FIRST)).isEqualTo(40);
    }
  }

  /** Where splits begin, by log. */
  private Map<StreamPartition, Long> starts(LogPlace start) throws Exception {
    Map<StreamPartition, Long> starts = new HashMap<>();
    HandContext context = new HandContext(1);
    LogEnumerator enumerator =
        source().setStart(start).build().restoreEnumerator(context, SourceState.NEW);
    enumerator.start();
    enumerator.snapshotState(1).pending().forEach(split -> starts.put(split.log(), split.next()));
    return starts;
  }

  @Test
  void partitionsWithoutACommittedOffsetBeginWhereItIsSaid() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 50)) {
      commit(archive, FIRST, 40);

      assertThat(starts(LogPlace.committed("g", LogPlace.earliest())))
          .isEqualTo(Map.of(FIRST, 40L, SECOND, -1L));
      assertThat(starts(LogPlace.committed("g", LogPlace.latest())))
          .isEqualTo(Map.of(FIRST, 40L, SECOND, 50L));
      assertThatThrownBy(() -> starts(LogPlace.committed("g")))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("The group 'g' has committed no offset of a-1"));
    }
  }

  @Test
  void anOffsetOfAnotherGenerationIsNone() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100)) {
      commit(archive, FIRST, 40);
      archive.end("a", 0);
      StreamPartition again = new StreamPartition("a", 2, 0);
      archive.writer(again);

      assertThat(starts(LogPlace.committed("g", LogPlace.earliest())))
          .isEqualTo(Map.of(again, -1L));
      assertThatThrownBy(() -> starts(LogPlace.committed("g")))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("only of generation 1"));
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> source().setGroupId(" "))
        .hasMessageContaining("The group's name is empty");
    assertThatThrownBy(() -> LogPlace.committed("g", LogPlace.time(5)))
        .hasMessageContaining("expected earliest or latest, found time 5");
    assertThatThrownBy(
            () ->
                source().setBounded(LogPlace.latest()).setSplitOffsets(10).setGroupId("g").build())
        .hasMessageContaining("can't be committed to the group 'g'");
    assertThatThrownBy(() -> source().setFilter("value.n =="))
        .hasMessageContaining("The filter is wrong at line 1");
  }
}
