package io.varve.connect.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.commit.LogSettings;
import io.varve.connect.source.replay.ReplayClock;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.query.ValueFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays with a filter: events of a hundred customers, one of whom is wanted. */
final class FilteredReplayTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final int COUNT = 20_000;
  private static final String FILTER = "value.customer == 42";

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

  /** Time that passes whenever somebody looks: 0.1 ms. */
  private static final class HurryingClock implements ReplayClock {
    private long nanos;

    @Override
    public long nanos() {
      nanos += 100_000;
      return nanos;
    }

    @Override
    public void sleep(long sleepNanos) {
      nanos += sleepNanos;
    }
  }

  private static LogSettings small() {
    return LogSettings.defaults().withBatchBytes(1024).withSegmentBytes(100_000);
  }

  /** Appends events; every hundredth is customer 42's. */
  private void fill(StreamPartition log, int count) {
    try (LogWriter writer = archive.store().openWriter(log, small(), "test")) {
      long first = writer.nextOffset();
      for (long offset = first; offset < first + count; offset++) {
        writer.append(order(offset, (offset * 7 + 3) % 100));
      }
    }
  }

  private static Event order(long offset, long customer) {
    String value = "{\"customer\": " + customer + ", \"number\": " + offset + "}";
    return Event.of(
        offset, offset * 1000, ("key " + offset).getBytes(UTF_8), value.getBytes(UTF_8));
  }

  private static List<Long> wanted(long from, long to) {
    return LongStream.range(from, to).filter(i -> (i * 7 + 3) % 100 == 42).boxed().toList();
  }

  private void index(String field) {
    archive.store().fieldIndexes().define("orders", List.of(field));
    archive
        .store()
        .fieldIndexes()
        .build(LOG, new ValueFields(archive.store().schemas()), (e, b, left) -> {}, () -> true);
  }

  private Map<String, String> props(String... more) {
    Map<String, String> props = new HashMap<>();
    props.put("store.path", archive.path().toString());
    props.put("streams", "orders");
    props.put("topic.format", "${stream}-again");
    props.put("filter", FILTER);
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return props;
  }

  private TaskRun start(String... more) {
    return TaskRun.start(props(more), offsets);
  }

  private static List<Long> numbers(List<SourceRecord> records) {
    return records.stream()
        .filter(record -> record.topic().equals("orders-again"))
        .map(record -> (long) record.sourceOffset().get("offset") - 1)
        .toList();
  }

  private static long metric(TaskRun run, String name) {
    return ((Number) run.metrics.value(name)).longValue();
  }

  @Test
  void withAnIndexTheWantedEventsComeAndFewOthersAreRead() throws InterruptedException {
    fill(LOG, COUNT);
    index("value.number");
    try (TaskRun run = start("filter", "value.customer == 42 && value.number >= 17000")) {
      List<Long> expected = wanted(17_000, COUNT);
      assertThat(numbers(run.pollAll())).isEqualTo(expected);
      assertThat(metric(run, "events-read-total"))
          .as("blocks whose numbers are too low are passed by unread")
          .isLessThan(COUNT / 4);
      assertThat(metric(run, "events-total")).isEqualTo(expected.size());
      assertThat(metric(run, "events-passed-total"))
          .isEqualTo(metric(run, "events-read-total") - expected.size());
      assertThat(metric(run, "position orders 1 0")).isEqualTo(COUNT);
      assertThat(metric(run, "offsets-done")).isEqualTo(COUNT);
      assertThat(run.metrics.value("done-ratio")).isEqualTo(1.0);
      assertThat(metric(run, "remaining-ms")).isZero();
    }
  }

  @Test
  void withoutAnIndexAllIsReadAndTheSameEventsCome() throws InterruptedException {
    fill(LOG, COUNT);
    try (TaskRun run = start()) {
      assertThat(numbers(run.pollAll())).isEqualTo(wanted(0, COUNT));
      assertThat(metric(run, "events-read-total")).isEqualTo(COUNT);
      assertThat(metric(run, "lag-offsets orders 1 0")).isZero();
    }
  }

  @Test
  void aReplayThatIsInterruptedGoesOnBehindItsLastEventAndEndsWhereItWasTo()
      throws InterruptedException {
    fill(LOG, 5_000);
    List<Long> seen = new ArrayList<>();
    for (int life = 0; life < 3; life++) {
      try (TaskRun run = start("poll.events.max", "7")) {
        List<SourceRecord> records = run.pollUntil(all -> all.size() >= 14);
        offsets.commit(records);
        seen.addAll(numbers(records));
      }
      fill(LOG, 500);
    }
    try (TaskRun run = start()) {
      seen.addAll(numbers(run.pollAll()));
      assertThat(metric(run, "position orders 1 0")).isEqualTo(5_000);
    }
    assertThat(seen).isEqualTo(wanted(0, 5_000));
  }

  @Test
  void whatWasPassedByIsNotReadAgainWhereItsPositionIsTold() throws InterruptedException {
    fill(LOG, COUNT);
    String[] settings = {"filter", "value.customer == 1000", "progress.topic", "progress"};
    try (TaskRun run = start(settings)) {
      List<SourceRecord> records = run.pollAll();
      assertThat(records).hasSize(1);
      SourceRecord mark = records.get(0);
      assertThat(mark.topic()).isEqualTo("progress");
      assertThat(mark.sourceOffset()).isEqualTo(Map.of("offset", 20_000L, "end", 20_000L));
      assertThat(new String((byte[]) mark.key(), UTF_8))
          .isEqualTo("{\"stream\":\"orders\",\"generation\":1,\"partition\":0}");
      assertThat(new String((byte[]) mark.value(), UTF_8))
          .isEqualTo("{\"offset\":20000,\"end\":20000}");
      assertThat(metric(run, "events-total")).isZero();
      assertThat(metric(run, "events-passed-total")).isEqualTo(COUNT);
      offsets.commit(records);
    }
    fill(LOG, 100);
    try (TaskRun run = start(settings)) {
      assertThat(run.pollAll()).isEmpty();
      assertThat(metric(run, "events-read-total")).isZero();
      assertThat(run.metrics.value("done-ratio")).isEqualTo(1.0);
    }
  }

  @Test
  void aMarkIsBehindAllRecordsAndComesOnlyWhereNoneTellsTheSame() throws InterruptedException {
    fill(LOG, COUNT);
    Map<String, String> props =
        props(
            "mode",
            "tail",
            "progress.topic",
            "progress",
            "progress.interval.ms",
            "100",
            "filter",
            "value.number < 10 || value.number == 15000");
    try (TaskRun run = TaskRun.start(props, offsets, null, new HurryingClock())) {
      List<SourceRecord> records =
          run.pollUntil(all -> metric(run, "position orders 1 0") == COUNT && all.size() > 13);
      assertThat(numbers(records)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 15000L);
      List<Long> told =
          records.stream().map(record -> (long) record.sourceOffset().get("offset")).toList();
      assertThat(told).isSorted().doesNotHaveDuplicates();
      assertThat(told.get(told.size() - 1)).isGreaterThan(15_001L);
      assertThat(records.stream().map(SourceRecord::sourceOffset))
          .as("a tail has no end")
          .noneMatch(offset -> offset.containsKey("end"));
    }
  }

  @Test
  void aPollReturnsInTimeHoweverMuchIsPassedBy() throws InterruptedException {
    fill(LOG, COUNT);
    HurryingClock clock = new HurryingClock();
    Map<String, String> props = props("filter", "value.customer == 1000");
    try (TaskRun run = TaskRun.start(props, offsets, null, clock)) {
      int polls = 0;
      long before = -1;
      while (metric(run, "position orders 1 0") < COUNT) {
        long begun = clock.nanos();
        assertThat(run.task.poll()).isNull();
        assertThat(TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begun)).isLessThan(1000);
        polls++;
        clock.sleep(TimeUnit.SECONDS.toNanos(1));
        assertThat(run.task.poll()).isNull();
        assertThat(metric(run, "position orders 1 0")).isGreaterThan(before);
        before = metric(run, "position orders 1 0");
      }
      assertThat(polls).isGreaterThan(0);
    }
  }

  @Test
  void aGenerationIsReadToItsEndThoughLookingTakesLong() throws InterruptedException {
    fill(LOG, COUNT);
    StreamPartition next = new StreamPartition("orders", 2, 0);
    fill(next, 300);
    Map<String, String> props = props("mode", "tail", "generation", "all");
    try (TaskRun run = TaskRun.start(props, offsets, null, new HurryingClock())) {
      int expected = wanted(0, COUNT).size() + wanted(0, 300).size();
      List<SourceRecord> records = run.records;
      for (int i = 0; i < 10_000 && records.size() < expected; i++) {
        List<SourceRecord> polled = run.task.poll();
        records.addAll(polled == null ? List.of() : polled);
      }
      List<Long> all = new ArrayList<>(wanted(0, COUNT));
      all.addAll(wanted(0, 300));
      assertThat(numbers(records)).isEqualTo(all);
    }
  }

  @Test
  void aPacedReplayMergesPartitionsByTimeThoughLookingTakesLong() throws InterruptedException {
    // In one partition a wanted event is far behind; in the other one they are many.
    try (LogWriter writer = archive.store().openWriter(LOG, small(), "test")) {
      for (long offset = 0; offset < COUNT; offset++) {
        writer.append(
            Event.of(
                offset,
                offset < 19_000 ? 1 : 500,
                null,
                ("{\"customer\": " + (offset < 19_000 ? 1 : 42) + "}").getBytes(UTF_8)));
      }
    }
    StreamPartition other = new StreamPartition("orders", 1, 1);
    try (LogWriter writer = archive.store().openWriter(other, small(), "test")) {
      for (long offset = 0; offset < 1_000; offset++) {
        writer.append(Event.of(offset, offset, null, "{\"customer\": 42}".getBytes(UTF_8)));
      }
    }
    Map<String, String> props = props("speed", "1000000");
    try (TaskRun run = TaskRun.start(props, offsets, null, new HurryingClock())) {
      List<SourceRecord> records = run.records;
      for (int i = 0; i < 10_000 && records.size() < 2_000; i++) {
        List<SourceRecord> polled = run.task.poll();
        records.addAll(polled == null ? List.of() : polled);
      }
      assertThat(records).hasSize(2_000);
      assertThat(records.stream().map(SourceRecord::timestamp))
          .isSortedAccordingTo(Comparator.naturalOrder());
    }
  }

  @Test
  void aTailBeyondWhatTheFilterAllowsIsNotBehind() throws InterruptedException {
    fill(LOG, 3_000);
    try (TaskRun run = start("mode", "tail", "filter", "offset < 1000 && value.customer == 42")) {
      assertThat(numbers(run.pollAll())).isEqualTo(wanted(0, 1000));
      assertThat(metric(run, "events-read-total")).isLessThanOrEqualTo(1000);
      assertThat(metric(run, "lag-offsets orders 1 0")).isZero();
      fill(LOG, 3_000);
      assertThat(run.pollAll()).hasSize(10);
    }
  }

  @Test
  void thePositionIsNeverBehindTheEndWhateverTheFilterSaysOfOffsets() throws InterruptedException {
    fill(LOG, 1_000);
    String[] settings = {
      "mode",
      "tail",
      "filter",
      "offset >= 1200 && value.customer == 42",
      "progress.topic",
      "progress",
      "progress.interval.ms",
      "100"
    };
    try (TaskRun run = start(settings)) {
      // Each takes half a second of the test's clock.
      for (int i = 0; i < 3; i++) {
        List<SourceRecord> polled = run.task.poll();
        run.records.addAll(polled == null ? List.of() : polled);
      }
      assertThat(run.records)
          .singleElement()
          .satisfies(mark -> assertThat(mark.topic()).isEqualTo("progress"))
          .satisfies(mark -> assertThat(mark.sourceOffset()).isEqualTo(Map.of("offset", 1_000L)));
      assertThat(metric(run, "position orders 1 0")).isEqualTo(1_000);
      offsets.commit(run.records);
    }
    fill(LOG, 1_000);
    try (TaskRun run = start(settings)) {
      assertThat(numbers(run.pollAll())).isEqualTo(wanted(1_200, 2_000));
    }
  }

  @Test
  void rangesAndFilterBothCount() throws InterruptedException {
    fill(LOG, 3_000);
    try (TaskRun run = start("start.offset", "500", "end.time", "1970-01-01T00:33:20Z")) {
      assertThat(numbers(run.pollAll())).isEqualTo(wanted(500, 2000));
      assertThat(run.metrics.value("done-ratio")).isEqualTo(1.0);
    }
  }

  @Test
  void aValueThatCannotBeReadIsAnErrorThatNamesTheEvent() throws InterruptedException {
    fill(LOG, 160);
    byte[] avro = {(byte) 0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0};
    try (LogWriter writer = archive.store().openWriter(LOG, small(), "test")) {
      writer.append(
          new Event(
              160,
              1,
              TimestampType.CREATE,
              Encoding.NONE,
              null,
              Encoding.AVRO,
              avro,
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED));
    }
    fill(LOG, 100);
    try (TaskRun run = start()) {
      assertThatThrownBy(run::pollAll)
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("The filter can't be evaluated")
          .hasMessageContaining("offset 160 of orders-0")
          .hasMessageContaining("is not in the store");
      assertThat(numbers(run.records)).as("what came before").isEqualTo(wanted(0, 160));
      assertThatThrownBy(run.task::poll)
          .as("nor does a later poll go on behind it")
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("offset 160 of orders-0");
    }
    try (TaskRun run = start("filter", "offset != 160 && " + FILTER)) {
      assertThat(numbers(run.pollAll())).isEqualTo(wanted(0, 261));
    }
  }

  private List<String> complaints(String setting, String... more) {
    return new VarveSourceConnector()
        .validate(props(more)).configValues().stream()
            .filter(value -> value.name().equals(setting))
            .map(ConfigValue::errorMessages)
            .findFirst()
            .orElseThrow();
  }

  @Test
  void aFilterWithAMistakeIsRefusedWithItsPlace() {
    fill(LOG, 1);
    assertThat(complaints("filter")).isEmpty();
    assertThat(complaints("filter", "filter", "offset > 1 &&\n value.total >"))
        .singleElement()
        .asString()
        .contains("line 2, column 15")
        .doesNotContain("expected an expression in CEL");
    assertThat(complaints("filter", "filter", "offset == 'seven'"))
        .singleElement()
        .asString()
        .contains("line 1, column 8")
        .contains("no matching overload");
    assertThat(complaints("filter", "filter", "offset + 1"))
        .singleElement()
        .asString()
        .contains("expected true or false");
  }

  @Test
  void whatDoesNotGoWithAFilterIsRefused() {
    fill(LOG, 1);
    assertThat(complaints("filter", "mode", "scheduled"))
        .singleElement()
        .asString()
        .contains("not with mode=scheduled");
    assertThat(complaints("progress.topic", "progress.topic", "orders-again"))
        .singleElement()
        .asString()
        .contains("expected a topic of its own");
    assertThat(complaints("progress.topic", "progress.topic", "a topic"))
        .singleElement()
        .asString()
        .contains("letters, digits");
    assertThat(complaints("progress.topic", "progress.topic", "elsewhere")).isEmpty();
  }
}
