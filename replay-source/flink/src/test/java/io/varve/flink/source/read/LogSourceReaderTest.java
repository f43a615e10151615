package io.varve.flink.source.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.field.Condition;
import io.varve.flink.source.Archive;
import io.varve.flink.source.EventFilter;
import io.varve.flink.source.EventRange;
import io.varve.flink.source.ExpiredOffset;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.VarveDeserializationSchema;
import io.varve.flink.source.discover.StreamSelection;
import io.varve.flink.source.group.CommittedPlaces;
import io.varve.flink.source.split.LogSplit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.testutils.source.reader.TestingReaderContext;
import org.apache.flink.connector.testutils.source.reader.TestingReaderOutput;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.testutils.MetricListener;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSourceReaderTest {

  @TempDir Path folder;

  private final MetricListener metrics = new MetricListener();
  private final TestingReaderOutput<String> output = new TestingReaderOutput<>();

  private LogSourceReader<String> reader(EventFilter filter, long elementsMax) {
    return reader(filter, null, null, elementsMax);
  }

  private LogSourceReader<String> reader(
      EventFilter filter, String expression, String group, long elementsMax) {
    LogSourceReader<String> reader =
        new LogSourceReader<>(
            new TestingReaderContext(
                new Configuration(),
                InternalSourceReaderMetricGroup.mock(metrics.getMetricGroup())),
            new SourceSettings(
                folder.toString(),
                StreamSelection.named(List.of("a")),
                0,
                LogPlace.earliest(),
                LogPlace.latest(),
                EventRange.ALL,
                ExpiredOffset.FAIL,
                filter,
                expression,
                Condition.all(),
                group,
                0,
                0,
                elementsMax),
            VarveDeserializationSchema.valueOnly(new SimpleStringSchema()));
    reader.start();
    return reader;
  }

  private static LogSplit split(int partition, long from, long to) {
    return new LogSplit(
        new StreamPartition("a", 1, partition), from, from, to, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private InputStatus drain(LogSourceReader<String> reader) throws Exception {
    InputStatus status = InputStatus.MORE_AVAILABLE;
    while (status == InputStatus.MORE_AVAILABLE) {
      status = reader.pollNext(output);
    }
    return status;
  }

  private long gauge(String name) {
    return ((Number) metrics.getGauge("varve", name).orElseThrow().getValue()).longValue();
  }

  private static List<String> values(int partition, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "a-" + partition + ":" + i).toList();
  }

  @Test
  void aSplitIsReadFromItsPlaceToItsEndAndThenThereIsNoMore() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 1000);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      reader.addSplits(List.of(split(0, 100, 900)));
      reader.notifyNoMoreSplits();

      assertThat(drain(reader)).isEqualTo(InputStatus.END_OF_INPUT);
      assertThat(output.getEmittedRecords()).isEqualTo(values(0, 100, 900));
      assertThat(reader.snapshotState(1)).isEmpty();
    }
  }

  @Test
  void aCheckpointKeepsTheNextOffset() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 1000);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      LogSplit split = split(0, LogSplit.EARLIEST, 1000);
      reader.addSplits(List.of(split));
      assertThat(reader.snapshotState(1)).containsExactly(split);
      reader.pollNext(output);
      int read = output.getEmittedRecords().size();

      assertThat(read).isBetween(1, 999);
      assertThat(reader.snapshotState(2)).containsExactly(split.at(read));
    }
  }

  @Test
  void aPausedSplitLetsTheOthersGoOn() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 500).fill("a", 1, 500);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      reader.addSplits(List.of(split(0, 0, 500), split(1, 0, 500)));
      reader.pauseOrResumeSplits(List.of("a-0@0"), List.of());
      drain(reader);
      assertThat(output.getEmittedRecords()).isEqualTo(values(1, 0, 500));
      assertThat(reader.isAvailable()).isNotDone();

      reader.pauseOrResumeSplits(List.of(), List.of("a-0@0"));
      assertThat(reader.isAvailable()).isDone();
      drain(reader);
      List<String> all = new ArrayList<>(values(1, 0, 500));
      all.addAll(values(0, 0, 500));
      assertThat(output.getEmittedRecords()).isEqualTo(all);
    }
  }

  @Test
  void whatIsWrittenLaterMakesTheReaderAvailable() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 3);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      reader.addSplits(List.of(split(0, 0, Long.MAX_VALUE)));
      assertThat(drain(reader)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
      archive.fill("a", 0, 2);
      while (output.getEmittedRecords().size() < 5) {
        reader.isAvailable().get(1, TimeUnit.MINUTES);
        drain(reader);
      }
      assertThat(output.getEmittedRecords()).isEqualTo(values(0, 0, 5));
    }
  }

  @Test
  void batchesOutsideTheTimesAreNotRead() throws Exception {
    LogSettings small = LogSettings.defaults().withBatchBytes(1024).withSegmentBytes(64 << 10);
    try (Archive archive = new Archive(folder, small).fill("a", 0, 20_000);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      long fromMs = Archive.FIRST_MS + 10_000_000;
      reader.addSplits(
          List.of(
              new LogSplit(
                  new StreamPartition("a", 1, 0), -1, -1, 20_000, fromMs, fromMs + 50_000)));
      reader.notifyNoMoreSplits();
      drain(reader);

      assertThat(output.getEmittedRecords()).isEqualTo(values(0, 10_000, 10_050));
      assertThat(gauge("batchesRead")).isBetween(1L, 10L);
      assertThat(gauge("storedBytesRead")).isLessThan(20_000);
    }
  }

  @Test
  void whatIsLeftOutIsCounted() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100);
        LogSourceReader<String> reader = reader(event -> event.offset() >= 90, Long.MAX_VALUE)) {
      reader.addSplits(List.of(split(0, 0, 100)));
      drain(reader);

      assertThat(output.getEmittedRecords()).isEqualTo(values(0, 90, 100));
      assertThat(metrics.getCounter("varve", "eventsFilteredOut").orElseThrow().getCount())
          .isEqualTo(90);
    }
  }

  @Test
  void eventsThatAreNotWantedArePassedByAndCheckpointsKeepThat() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 20_000, LogSourceReaderTest::json);
        LogSourceReader<String> reader = filtered("value.n == 19999")) {
      LogSplit split = split(0, 0, 20_000);
      reader.addSplits(List.of(split));
      InputStatus status = reader.pollNext(output);
      List<Long> places = new ArrayList<>();
      while (output.getEmittedRecords().isEmpty()) {
        assertThat(status).isEqualTo(InputStatus.MORE_AVAILABLE);
        places.add(reader.snapshotState(1).get(0).next());
        status = reader.pollNext(output);
      }
      drain(reader);

      assertThat(places).isSorted();
      assertThat(output.getEmittedRecords()).containsExactly("{\"n\": 19999}");
      assertThat(metrics.getCounter("varve", "eventsPassedBy").orElseThrow().getCount())
          .isEqualTo(19_999);
    }
  }

  @Test
  void aFollowingReaderGoesOnBehindWhatItPassedBy() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 1_000, LogSourceReaderTest::json);
        LogSourceReader<String> reader = filtered("value.n == -1")) {
      reader.addSplits(List.of(split(0, 0, Long.MAX_VALUE)));
      drain(reader);

      assertThat(output.getEmittedRecords()).isEmpty();
      assertThat(reader.snapshotState(1).get(0).next()).isEqualTo(1_000);
    }
  }

  /** The place of another filter, or of none, that takes over what was kept. */
  @Test
  void aPlaceThatIsKeptLiesInTheLogWhateverTheFilterSaysOfOffsets() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 1_000, LogSourceReaderTest::json);
        LogSourceReader<String> reader = filtered("offset >= 5000")) {
      reader.addSplits(List.of(split(0, 0, Long.MAX_VALUE)));
      drain(reader);

      assertThat(reader.snapshotState(1).get(0).next()).isEqualTo(1_000);
    }
  }

  private long commits(String name) {
    return metrics.getCounter("varve", name).orElseThrow().getCount();
  }

  @Test
  void whatACheckpointKeptIsCommittedToTheGroupWhenItIsComplete() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 10);
        LogSourceReader<String> reader = reader(null, null, "g", Long.MAX_VALUE)) {
      reader.addSplits(List.of(split(0, 0, 100), split(1, 0, Long.MAX_VALUE)));
      reader.pollNext(output);
      reader.snapshotState(1);
      drain(reader);
      reader.snapshotState(2);
      reader.notifyCheckpointComplete(1);
      Awaitility.await().until(() -> commits("commitsSucceeded") == 1);

      CommittedPlaces after = CommittedPlaces.of(archive.store(), "g");
      assertThat(after.offset(new StreamPartition("a", 1, 0))).isEqualTo(16);

      reader.notifyCheckpointComplete(2);
      Awaitility.await().until(() -> commits("commitsSucceeded") == 2);
      after = CommittedPlaces.of(archive.store(), "g");
      assertThat(after.offset(new StreamPartition("a", 1, 0))).isEqualTo(100);
      assertThat(after.offset(new StreamPartition("a", 1, 1))).isEqualTo(10);
    }
  }

  @Test
  void aCommitThatFailsIsCountedAndTriedAgain() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100);
        LogSourceReader<String> reader = reader(null, null, "g", Long.MAX_VALUE)) {
      Path inTheWay = Files.writeString(folder.resolve("groups"), "no folder");
      reader.addSplits(List.of(split(0, 0, 100)));
      drain(reader);
      reader.snapshotState(1);
      reader.notifyCheckpointComplete(1);
      Awaitility.await().until(() -> commits("commitsFailed") == 1);
      Files.delete(inTheWay);
      reader.snapshotState(2);
      reader.notifyCheckpointComplete(2);
      Awaitility.await().until(() -> commits("commitsSucceeded") == 1);

      assertThat(CommittedPlaces.of(archive.store(), "g").offset(new StreamPartition("a", 1, 0)))
          .isEqualTo(100);
    }
  }

  private static byte[] json(long offset) {
    return Archive.text("{\"n\": " + offset + "}");
  }

  private LogSourceReader<String> filtered(String expression) {
    return reader(null, expression, null, Long.MAX_VALUE);
  }

  @Test
  void itEndsAfterAsManyElementsAsAreWanted() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100);
        LogSourceReader<String> reader = reader(null, 7)) {
      reader.addSplits(List.of(split(0, 0, 100)));

      assertThat(drain(reader)).isEqualTo(InputStatus.END_OF_INPUT);
      assertThat(output.getEmittedRecords()).isEqualTo(values(0, 0, 7));
    }
  }

  @Test
  void aSplitThatCannotBeClosedLeavesNothingElseOpen() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 100)) {
      Set<Thread> before = commitThreads();
      LogSourceReader<String> reader = reader(null, null, "g", Long.MAX_VALUE);
      reader.addSplits(List.of(split(0, 0, Long.MAX_VALUE), split(1, 0, 100)));
      reader.pollNext(output);
      reader.snapshotState(1);
      reader.notifyCheckpointComplete(1);
      Awaitility.await().until(() -> commits("commitsSucceeded") == 1);
      List<Path> leases = leases();
      assertThat(leases).hasSize(1);
      // What it holds is no file any more that can be deleted.
      Files.delete(leases.get(0));
      Files.createDirectory(leases.get(0));
      Files.writeString(leases.get(0).resolve("file"), "in the way");
      List<Path> open = instances();

      assertThatThrownBy(reader::close).hasMessageContaining("Closing the reader of a-0");

      assertThat(instances()).hasSize(open.size() - 1);
      assertThat(commitThreads()).isEqualTo(before);
    }
  }

  private List<Path> leases() throws IOException {
    return files("readers", ".lease");
  }

  /** A file for each opening of the store that is alive. */
  private List<Path> instances() throws IOException {
    return files("locks", "");
  }

  private List<Path> files(String folderName, String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.getParent().endsWith(folderName))
          .filter(file -> file.toString().endsWith(suffix))
          .toList();
    }
  }

  private static Set<Thread> commitThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("varve-commit"))
        .collect(Collectors.toSet());
  }

  @Test
  void theLagIsThatOfTheLatestEventWithATimestamp() throws Exception {
    try (Archive archive = new Archive(folder);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      long future = 2 * Archive.FIRST_MS;
      archive.append("a", 0, Event.of(0, 0, null, Archive.text("of 1970")));
      archive.append("a", 1, Event.of(0, future, null, Archive.text("of 2077")));
      archive.append("a", 2, timeless());
      assertThat(lag()).isEqualTo(-1);

      reader.addSplits(List.of(split(0, 0, 1)));
      drain(reader);
      assertThat(lag()).isGreaterThan(Archive.FIRST_MS);
      reader.addSplits(List.of(split(1, 0, 1)));
      drain(reader);
      long ahead = lag();
      assertThat(ahead).isBetween(-future, -1L);
      reader.addSplits(List.of(split(2, 0, 1)));
      drain(reader);
      assertThat(lag()).isEqualTo(ahead);
    }
  }

  private static Event timeless() {
    return new Event(
        0,
        Event.NO_TIMESTAMP,
        TimestampType.NONE,
        Encoding.NONE,
        null,
        Encoding.BYTES,
        Archive.text("of no time"),
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  private long lag() {
    return (Long) metrics.getGauge("currentFetchEventTimeLag").orElseThrow().getValue();
  }

  @Test
  void pendingOffsetsAreShown() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 100).fill("a", 1, 100);
        LogSourceReader<String> reader = reader(null, Long.MAX_VALUE)) {
      reader.addSplits(List.of(split(0, 0, 60)));
      reader.pollNext(output);

      assertThat(metrics.getGauge("pendingRecords").orElseThrow().getValue()).isIn(60L, 44L);
    }
  }
}
