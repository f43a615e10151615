package io.varve.flink.source.discover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.flink.source.Archive;
import io.varve.flink.source.EventRange;
import io.varve.flink.source.ExpiredOffset;
import io.varve.flink.source.LogName;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.group.CommittedPlaces;
import io.varve.flink.source.split.LogSplit;
import io.varve.flink.source.split.SourceState;
import io.varve.flink.source.split.SourceStateSerializer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogEnumeratorTest {

  @TempDir Path folder;

  private HandContext context = new HandContext(2);

  private SourceSettings settings(LogPlace start, LogPlace stop, long splitOffsets) {
    return new SourceSettings(
        folder.toString(),
        StreamSelection.named(List.of("a")),
        SourceSettings.LATEST_GENERATION,
        start,
        stop,
        EventRange.ALL,
        ExpiredOffset.FAIL,
        null,
        null,
        Condition.all(),
        null,
        stop == null ? 1000 : 0,
        splitOffsets,
        Long.MAX_VALUE);
  }

  private LogEnumerator started(SourceSettings settings, SourceState state) {
    LogEnumerator enumerator = new LogEnumerator(context, settings, state);
    enumerator.start();
    return enumerator;
  }

  @Test
  void eachPartitionGoesToOneReaderAndThenThereIsNoMore() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 5).fill("a", 1, 5).fill("a", 2, 0)) {
      LogEnumerator enumerator =
          started(settings(LogPlace.earliest(), LogPlace.latest(), 0), SourceState.NEW);
      context.register(enumerator, 0);
      context.register(enumerator, 1);

      assertThat(context.assigned(0)).hasSize(1);
      assertThat(context.assigned(1)).hasSize(1);
      assertThat(context.assigned(0)).doesNotContainAnyElementsOf(context.assigned(1));
      assertThat(context.isEnded(0)).isTrue();
      assertThat(context.isEnded(1)).isTrue();
      assertThat(enumerator.endOffsets())
          .isEqualTo(
              Map.of(new LogName("a", 0), 5L, new LogName("a", 1), 5L, new LogName("a", 2), 0L));
    }
  }

  @Test
  void anEndIsTheOffsetThatWasGivenAndTheLogsOwnWhereNoneWas() {
    try (Archive archive = new Archive(folder).fill("a", 0, 5).fill("a", 1, 5)) {
      LogPlace stop = LogPlace.offsets(Map.of(new LogName("a", 0), 3L));
      LogEnumerator enumerator = started(settings(LogPlace.earliest(), stop, 0), SourceState.NEW);

      assertThat(enumerator.endOffsets())
          .isEqualTo(Map.of(new LogName("a", 0), 3L, new LogName("a", 1), 5L));
    }
  }

  @Test
  void anEndIsWhereTheGroupIs() {
    try (Archive archive = new Archive(folder).fill("a", 0, 5).fill("a", 1, 5)) {
      CommittedPlaces.commit(archive.store(), "g", Map.of(new StreamPartition("a", 1, 0), 2L));
      LogPlace stop = LogPlace.committed("g", LogPlace.latest());
      LogEnumerator enumerator = started(settings(LogPlace.earliest(), stop, 0), SourceState.NEW);

      assertThat(enumerator.endOffsets())
          .isEqualTo(Map.of(new LogName("a", 0), 2L, new LogName("a", 1), 5L));
    }
  }

  /** Events of any time stand on both sides of any offset. */
  @Test
  void whereReadingEndsAtATimeOrACountThereIsNoOffsetToGoOnFrom() {
    try (Archive archive = new Archive(folder).fill("a", 0, 5)) {
      SourceSettings latest = settings(LogPlace.earliest(), LogPlace.latest(), 0);
      EventRange earlier =
          new EventRange(0, Long.MAX_VALUE, Long.MIN_VALUE, Archive.FIRST_MS + 3_000, null);

      assertNoEnds(
          settings(LogPlace.earliest(), LogPlace.time(Archive.FIRST_MS + 3_000), 0), "a time");
      assertNoEnds(bounded(latest, earlier, Long.MAX_VALUE), "a time");
      assertNoEnds(bounded(latest, EventRange.ALL, 3), "a number of elements");
      assertNoEnds(settings(LogPlace.earliest(), null, 0), "no end");
    }
  }

  private void assertNoEnds(SourceSettings settings, String why) {
    LogEnumerator enumerator = started(settings, SourceState.NEW);
    assertThatThrownBy(enumerator::endOffsets)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("LogPlace.latest()");
  }

  private static SourceSettings bounded(SourceSettings all, EventRange range, long eventsMax) {
    return new SourceSettings(
        all.path(),
        all.streams(),
        all.generation(),
        all.start(),
        all.stop(),
        range,
        ExpiredOffset.FAIL,
        null,
        null,
        Condition.all(),
        null,
        0,
        0,
        eventsMax);
  }

  @Test
  void splitsThatComeBackAreGivenOutAgain() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 5).fill("a", 1, 5)) {
      LogEnumerator enumerator = started(settings(LogPlace.earliest(), null, 0), SourceState.NEW);
      context.register(enumerator, 0);
      context.register(enumerator, 1);
      List<LogSplit> first = List.copyOf(context.assigned(0));
      context.fail(0);
      enumerator.addSplitsBack(first, 0);
      assertThat(enumerator.snapshotState(1).pending()).isEqualTo(first);

      context.register(enumerator, 0);

      assertThat(context.assigned(0)).endsWith(first.get(0));
      assertThat(enumerator.snapshotState(2).pending()).isEmpty();
    }
  }

  @Test
  void whatIsKnownAtACheckpointIsNotGivenOutAgain() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 5)) {
      LogEnumerator before =
          started(settings(LogPlace.earliest(), LogPlace.latest(), 0), SourceState.NEW);
      SourceStateSerializer serializer = new SourceStateSerializer();
      SourceState kept = serializer.deserialize(1, serializer.serialize(before.snapshotState(1)));
      archive.fill("a", 0, 5).fill("a", 1, 5);
      context = new HandContext(2);
      LogEnumerator after = started(settings(LogPlace.earliest(), LogPlace.latest(), 0), kept);
      context.register(after, 0);
      context.register(after, 1);

      assertThat(context.assigned())
          .containsExactly(
              new LogSplit(
                  new StreamPartition("a", 1, 0), -1, -1, 5, Long.MIN_VALUE, Long.MAX_VALUE));
    }
  }

  @Test
  void partitionsThatAppearAreReadFromTheirBeginning() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 5)) {
      LogEnumerator enumerator = started(settings(LogPlace.latest(), null, 0), SourceState.NEW);
      context.register(enumerator, 0);
      context.register(enumerator, 1);
      archive.fill("a", 1, 5);
      context.look();

      assertThat(context.assigned())
          .extracting(LogSplit::next)
          .containsExactlyInAnyOrder(5L, LogSplit.EARLIEST);
    }
  }

  @Test
  void piecesGoToWhoAsks() throws Exception {
    try (Archive archive = new Archive(folder).fill("a", 0, 10)) {
      LogEnumerator enumerator =
          started(settings(LogPlace.earliest(), LogPlace.latest(), 4), SourceState.NEW);
      context.register(enumerator, 1);
      for (int i = 0; i < 4; i++) {
        enumerator.handleSplitRequest(1, "host");
      }

      assertThat(context.assigned(1))
          .extracting(LogSplit::first, LogSplit::stop)
          .containsExactly(tuple(-1L, 4L), tuple(4L, 8L), tuple(8L, 10L));
      assertThat(context.isEnded(1)).isTrue();
    }
  }

  @Test
  void boundsLeaveOutPartitionsAndOffsets() {
    try (Archive archive = new Archive(folder).fill("a", 0, 10).fill("a", 1, 10)) {
      SourceSettings all = settings(LogPlace.earliest(), LogPlace.latest(), 0);
      EventRange range =
          new EventRange(3, 7, Long.MIN_VALUE, Long.MAX_VALUE, new TreeSet<>(List.of(1, 8)));
      Discovery.Found found =
          new Discovery(
                  new SourceSettings(
                      all.path(),
                      all.streams(),
                      0,
                      all.start(),
                      all.stop(),
                      range,
                      ExpiredOffset.FAIL,
                      null,
                      null,
                      Condition.all(),
                      null,
                      0,
                      0,
                      10))
              .look(Set.of(), true);

      assertThat(found.splits())
          .containsExactly(
              new LogSplit(
                  new StreamPartition("a", 1, 1), 3, 3, 7, Long.MIN_VALUE, Long.MAX_VALUE));
    }
  }

  @Test
  void aGenerationThatIsNotThereIsToldByName() {
    try (Archive archive = new Archive(folder).fill("a", 0, 1)) {
      SourceSettings all = settings(LogPlace.earliest(), LogPlace.latest(), 0);
      SourceSettings third =
          new SourceSettings(
              all.path(),
              all.streams(),
              3,
              all.start(),
              all.stop(),
              EventRange.ALL,
              ExpiredOffset.FAIL,
              null,
              null,
              Condition.all(),
              null,
              0,
              0,
              10);
      assertThatThrownBy(() -> new Discovery(third).look(Set.of(), true))
          .hasMessageContaining("No generation 3 of the stream 'a'")
          .hasMessageContaining("it has [1]");
    }
  }
}
