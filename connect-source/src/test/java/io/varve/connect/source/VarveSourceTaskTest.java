package io.varve.connect.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.connect.source.offset.SourcePartition;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VarveSourceTaskTest {

  @TempDir Path folder;
  private Archive archive;
  private final StoredOffsets offsets = new StoredOffsets();

  @BeforeEach
  void openArchive() {
    archive = new Archive(folder.resolve("store"));
  }

  @AfterEach
  void closeArchive() {
    archive.close();
  }

  private Map<String, String> props(String... more) {
    Map<String, String> props = new HashMap<>();
    props.put("store.path", archive.path().toString());
    props.put("streams", "orders");
    props.put("topic.format", "${stream}-again");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return props;
  }

  private List<SourceRecord> replay(String... more) throws InterruptedException {
    try (TaskRun run = TaskRun.start(props(more), offsets)) {
      return run.pollAll();
    }
  }

  private static List<Long> offsetsOf(List<SourceRecord> records) {
    return records.stream().map(VarveSourceTaskTest::offset).toList();
  }

  private static long offset(SourceRecord record) {
    return (long) record.sourceOffset().get("offset") - 1;
  }

  @Test
  void everythingOfAnEventComesBack() throws InterruptedException {
    StreamPartition log = new StreamPartition("orders", 1, 3);
    Headers headers =
        Headers.builder()
            .add("a", new byte[] {0, -1})
            .add("a", null)
            .add("s", Encoding.STRING, "text".getBytes(UTF_8))
            .build();
    try (LogWriter writer = archive.store().openWriter(log, LogSettings.defaults(), "test")) {
      writer.append(Archive.event(7, 1234).withHeaders(headers));
      writer.append(
          new Event(
              9,
              Event.NO_TIMESTAMP,
              TimestampType.NONE,
              Encoding.NONE,
              null,
              Encoding.STRING,
              "text".getBytes(UTF_8),
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED));
      writer.append(Event.of(10, 5, null, null));
    }
    List<SourceRecord> records = replay();
    assertThat(offsetsOf(records)).containsExactly(7L, 9L, 10L);

    SourceRecord first = records.get(0);
    assertThat(first.topic()).isEqualTo("orders-again");
    assertThat(first.kafkaPartition()).isEqualTo(3);
    assertThat(first.timestamp()).isEqualTo(1234L);
    assertThat(first.keySchema()).isEqualTo(Schema.OPTIONAL_BYTES_SCHEMA);
    assertThat((byte[]) first.key()).isEqualTo("key 7".getBytes(UTF_8));
    assertThat((byte[]) first.value()).isEqualTo("value 7".getBytes(UTF_8));
    assertThat(first.headers()).hasSize(3);
    assertThat((byte[]) first.headers().allWithName("a").next().value())
        .isEqualTo(new byte[] {0, -1});
    assertThat(first.headers().lastWithName("a").value()).isNull();
    assertThat(first.headers().lastWithName("s").value()).isEqualTo("text");

    SourceRecord second = records.get(1);
    assertThat(second.timestamp()).isNull();
    assertThat(second.key()).isNull();
    assertThat(second.keySchema()).isNull();
    assertThat(second.value()).isEqualTo("text");
    assertThat(records.get(2).value()).isNull();
  }

  @Test
  void partitionAndTimestampCanBeLeftToTheProducer() throws InterruptedException {
    archive.fill("orders", 2, 1);
    SourceRecord record = replay("keep.partition", "false", "keep.timestamp", "false").get(0);
    assertThat(record.kafkaPartition()).isNull();
    assertThat(record.timestamp()).isNull();
  }

  @Test
  void aReplayGoesOnAfterAnyRecord() throws InterruptedException {
    archive.fill("orders", 0, 9).fill("orders", 1, 7);
    String[] smallChunks = {"poll.events.max", "2"};
    List<SourceRecord> whole = replay(smallChunks);
    assertThat(whole).hasSize(16);
    for (int cut = 0; cut <= whole.size(); cut++) {
      StoredOffsets atCut = new StoredOffsets();
      atCut.commit(whole.subList(0, cut));
      Set<String> seen = new TreeSet<>();
      whole.subList(0, cut).forEach(record -> seen.add(name(record)));
      try (TaskRun run = TaskRun.start(props(smallChunks), atCut)) {
        for (SourceRecord record : run.pollAll()) {
          assertThat(seen.add(name(record))).as("%s twice, cut at %d", name(record), cut).isTrue();
        }
      }
      assertThat(seen).hasSize(16);
    }
  }

  private static String name(SourceRecord record) {
    return record.kafkaPartition() + "/" + offset(record);
  }

  @Test
  void eachPartitionKeepsItsOrderAndComesInChunks() throws InterruptedException {
    archive.fill("orders", 0, 10).fill("orders", 1, 10);
    try (TaskRun run = TaskRun.start(props("poll.events.max", "4"), offsets)) {
      assertThat(run.task.poll())
          .extracting(VarveSourceTaskTest::name)
          .containsExactly("0/0", "0/1", "0/2", "0/3");
      assertThat(run.task.poll())
          .extracting(VarveSourceTaskTest::name)
          .containsExactly("1/0", "1/1", "1/2", "1/3");
    }
  }

  @Test
  void aPollIsFilledFromSeveralPartitions() throws InterruptedException {
    archive.fill("orders", 0, 3).fill("orders", 1, 3).fill("orders", 2, 3);
    try (TaskRun run = TaskRun.start(props(), offsets)) {
      assertThat(run.task.poll()).hasSize(9);
    }
  }

  @Test
  void aPollEndsAtItsBytes() throws InterruptedException {
    archive.fill("orders", 0, 10);
    try (TaskRun run = TaskRun.start(props("poll.bytes.max", "20"), offsets)) {
      // 12 bytes of key and value each.
      assertThat(run.task.poll()).hasSize(2);
    }
  }

  @Test
  void theEndStaysWhereItWasWhenTheReplayBegan() throws InterruptedException {
    archive.fill("orders", 0, 5);
    List<SourceRecord> part;
    try (TaskRun run = TaskRun.start(props("poll.events.max", "2"), offsets)) {
      part = new ArrayList<>(run.task.poll());
      archive.fill("orders", 0, 5);
      offsets.commit(part);
    }
    assertThat(offsetsOf(part)).containsExactly(0L, 1L);
    assertThat(offsetsOf(replay())).containsExactly(2L, 3L, 4L);
  }

  @Test
  void whatComesLaterIsNotPartOfARunningReplay() throws InterruptedException {
    archive.fill("orders", 0, 3);
    try (TaskRun run = TaskRun.start(props(), offsets)) {
      archive.fill("orders", 0, 3);
      assertThat(offsetsOf(run.pollAll())).containsExactly(0L, 1L, 2L);
      assertThat(run.task.poll()).isNull();
    }
  }

  @Test
  void aTailFollows() throws InterruptedException {
    archive.fill("orders", 0, 3);
    try (TaskRun run = TaskRun.start(props("mode", "tail"), offsets)) {
      assertThat(offsetsOf(run.pollAll())).containsExactly(0L, 1L, 2L);
      archive.fill("orders", 0, 2);
      run.pollUntil(all -> all.size() == 5);
      assertThat(offsetsOf(run.records)).containsExactly(0L, 1L, 2L, 3L, 4L);
      assertThat(run.records.get(4).sourceOffset()).doesNotContainKey("end");
    }
  }

  @Test
  void aReplayGoesOnBehindWhatRetentionRemoved() throws InterruptedException {
    StreamPartition log = new StreamPartition("orders", 1, 0);
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(4096)
            .withBatchBytes(1024)
            .withRetention(new Retention(-1, 8192));
    offsets.put(new SourcePartition(log), Map.of("offset", 3L));
    try (Store store = Store.open(archive.path(), StoreSettings.defaults().withMaintenanceMs(20));
        LogWriter writer = store.openWriter(log, settings, "test")) {
      for (int i = 0; i < 2000; i++) {
        writer.append(Archive.event(i, i));
      }
      writer.sync();
      await().until(() -> store.stats(log).startOffset() > 3);
    }
    long start = archive.store().stats(log).startOffset();
    List<SourceRecord> records = replay();
    assertThat(offset(records.get(0))).isEqualTo(start);
    assertThat(records).hasSize((int) (2000 - start));
  }

  @Test
  void aRangeOfOffsets() throws InterruptedException {
    archive.fill("orders", 0, 10);
    assertThat(offsetsOf(replay("start.offset", "3", "end.offset", "6")))
        .containsExactly(3L, 4L, 5L);
  }

  @Test
  void aRangeOfTimesHoldsEveryEventOfItWhereverItStands() throws InterruptedException {
    long[] times = {5000, 100, 2000, 9000, 2999, 3000, 1999, 2500};
    archive.fill(new StreamPartition("orders", 1, 0), times.length, at -> times[(int) at]);
    assertThat(offsetsOf(replay("start.time", "2000", "end.time", "1970-01-01T00:00:03Z")))
        .containsExactly(2L, 4L, 7L);
  }

  @Test
  void aRangeOfTimesGoesOnAfterAnyRecord() throws InterruptedException {
    archive.fill(new StreamPartition("orders", 1, 0), 40, at -> (at * 7919) % 100);
    String[] range = {"start.time", "20", "end.time", "70"};
    List<SourceRecord> whole = replay(range);
    for (int cut = 0; cut <= whole.size(); cut++) {
      StoredOffsets atCut = new StoredOffsets();
      atCut.commit(whole.subList(0, cut));
      try (TaskRun run = TaskRun.start(props(range), atCut)) {
        assertThat(offsetsOf(run.pollAll())).isEqualTo(offsetsOf(whole.subList(cut, whole.size())));
      }
    }
  }

  @Test
  void generationsComeOneAfterAnother() throws InterruptedException {
    archive
        .fill(new StreamPartition("orders", 1, 0), 3, at -> at)
        .fill(new StreamPartition("orders", 2, 0), 2, at -> at);
    assertThat(replay("generation", "all"))
        .extracting(record -> record.sourcePartition().get("generation") + ":" + offset(record))
        .containsExactly("1:0", "1:1", "1:2", "2:0", "2:1");
    assertThat(offsetsOf(replay("generation", "1"))).containsExactly(0L, 1L, 2L);
    assertThat(offsetsOf(replay())).containsExactly(0L, 1L);
  }

  @Test
  void aTailFinishesAGenerationThatItBegan() throws InterruptedException {
    archive.fill(new StreamPartition("orders", 1, 0), 4, at -> at);
    try (TaskRun run = TaskRun.start(props("mode", "tail", "poll.events.max", "2"), offsets)) {
      offsets.commit(run.task.poll());
    }
    archive.fill(new StreamPartition("orders", 2, 0), 1, at -> at);
    try (TaskRun run = TaskRun.start(props("mode", "tail"), offsets)) {
      assertThat(run.pollAll())
          .extracting(record -> record.sourcePartition().get("generation") + ":" + offset(record))
          .containsExactly("1:2", "1:3", "2:0");
    }
  }

  @Test
  void offsetsAlteredByAUserAreTaken() throws InterruptedException {
    archive.fill("orders", 0, 5);
    offsets.commit(replay());
    Map<String, Object> asTyped = new LinkedHashMap<>();
    asTyped.put("stream", "orders");
    asTyped.put("partition", 0);
    asTyped.put("generation", 1);
    offsets.alter(asTyped, Map.of("offset", 3));
    assertThat(offsets.partitionsAsText()).hasSize(1);
    assertThat(offsetsOf(replay())).containsExactly(3L, 4L);
  }

  @Test
  void anEndedReplayStaysIdle() throws InterruptedException {
    archive.fill("orders", 0, 2);
    SettableClock clock = new SettableClock();
    try (TaskRun run = TaskRun.start(props(), offsets, null, clock)) {
      run.pollAll();
      long before = clock.millis();
      assertThat(run.task.poll()).isNull();
      assertThat(clock.millis() - before).isBetween(1L, 1000L);
      assertThat(run.metrics.value("done-ratio")).isEqualTo(1.0);
      assertThat(run.metrics.value("events-total")).isEqualTo(2L);
      assertThat(run.metrics.value("remaining-ms")).isEqualTo(0L);
    }
    offsets.commit(replay());
    assertThat(replay()).isEmpty();
  }

  @Test
  void progressCountsWhatWasDoneBeforeARestart() throws InterruptedException {
    archive.fill("orders", 0, 10);
    try (TaskRun run = TaskRun.start(props("poll.events.max", "4"), offsets)) {
      offsets.commit(run.task.poll());
    }
    try (TaskRun run = TaskRun.start(props(), offsets)) {
      assertThat(run.metrics.value("offsets-done")).isEqualTo(4L);
      assertThat(run.metrics.value("offsets-total")).isEqualTo(10L);
    }
  }

  @Test
  void anOffsetBeyondTheLogIsAnError() {
    archive.fill("orders", 0, 5);
    offsets.put(new SourcePartition(new StreamPartition("orders", 1, 0)), Map.of("offset", 50L));
    assertThatThrownBy(() -> TaskRun.start(props(), offsets))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("50")
        .hasMessageContaining("another store");
  }

  @Test
  void anOffsetOfAnotherConnectorIsAnError() {
    archive.fill("orders", 0, 5);
    offsets.put(new SourcePartition(new StreamPartition("orders", 1, 0)), Map.of("position", 50L));
    assertThatThrownBy(() -> TaskRun.start(props(), offsets))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("unknown key 'position'")
        .hasMessageContaining("Reset");
  }

  @Test
  void stoppingATaskThatNeverStartedDoesNothing() {
    VarveSourceTask task = new VarveSourceTask();
    task.stop();
    assertThatThrownBy(task::poll).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> task.start(props())).isInstanceOf(ConnectException.class);
    task.stop();
  }
}
