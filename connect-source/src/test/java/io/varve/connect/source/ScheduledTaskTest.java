package io.varve.connect.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.commit.LogSettings;
import io.varve.connect.source.offset.SourcePartition;
import io.varve.connect.source.replay.ReplayClock;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks with {@code mode=scheduled}, on a real store and the machine's clock. */
@Timeout(60)
final class ScheduledTaskTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final StreamPartition READY = new StreamPartition("orders.ready", 1, 0);

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
    props.put("name", "later");
    props.put("mode", "scheduled");
    props.put("store.path", archive.path().toString());
    props.put("streams", "orders");
    props.put("topic.format", "${stream}-due");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return props;
  }

  private TaskRun start(String... more) {
    return TaskRun.start(props(more), offsets, null, ReplayClock.SYSTEM);
  }

  private static List<SourceRecord> poll(TaskRun run, int count) throws InterruptedException {
    while (run.records.size() < count) {
      List<SourceRecord> polled = run.task.poll();
      if (polled != null) {
        run.records.addAll(polled);
      }
    }
    return run.records;
  }

  private static Event delayed(long offset, long dueMs, Headers headers) {
    return new Event(
        offset,
        1,
        TimestampType.CREATE,
        Encoding.BYTES,
        ("key " + offset).getBytes(UTF_8),
        Encoding.BYTES,
        ("value " + offset).getBytes(UTF_8),
        headers,
        null,
        dueMs);
  }

  private void send(StreamPartition log, Headers headers, long... duesMs) {
    try (LogWriter writer = archive.store().openWriter(log, LogSettings.defaults(), "test")) {
      for (long dueMs : duesMs) {
        writer.append(delayed(writer.nextOffset(), dueMs, headers));
      }
    }
  }

  private void send(long... duesMs) {
    send(LOG, Headers.EMPTY, duesMs);
  }

  private static String value(SourceRecord record) {
    return new String((byte[]) record.value(), UTF_8);
  }

  private static List<String> values(List<SourceRecord> records) {
    return records.stream().map(ScheduledTaskTest::value).toList();
  }

  private static List<String> headerNames(SourceRecord record) {
    return StreamSupport.stream(record.headers().spliterator(), false).map(Header::key).toList();
  }

  private static @Nullable Object header(SourceRecord record, String name) {
    Object value = record.headers().lastWithName(name).value();
    return value instanceof byte[] bytes ? new String(bytes, UTF_8) : value;
  }

  @Test
  void eventsComeWhenTheyAreDueInTheirOrderAndNotBefore() throws InterruptedException {
    long now = System.currentTimeMillis();
    send(now + 400, now - 1000, now + 200, Event.NOT_DELAYED, now + 86_400_000);
    try (TaskRun run = start()) {
      while (run.records.size() < 3) {
        List<SourceRecord> polled = run.task.poll();
        long polledMs = System.currentTimeMillis();
        if (polled != null) {
          assertThat(polled)
              .allSatisfy(
                  record ->
                      assertThat(Long.parseLong((String) header(record, "varve.due.ms")))
                          .isLessThanOrEqualTo(polledMs));
          run.records.addAll(polled);
        }
      }
      assertThat(values(run.records)).containsExactly("value 1", "value 2", "value 0");
      assertThat(run.task.poll()).isNull();
      await().until(() -> run.metrics.value("pending").equals(1L));
      assertThat(run.metrics.value("events-total")).isEqualTo(3L);
      assertThat(run.metrics.value("released-total orders 1 0")).isEqualTo(3L);
      // Of the others it depends on how long the opening took.
      assertThat((long) run.metrics.value("overdue-total orders 1 0")).isBetween(1L, 3L);
      assertThat((long) run.metrics.value("lateness-ms-max orders 1 0"))
          .isGreaterThanOrEqualTo(1000);
    }
  }

  @Test
  void anEventGoesWhereItSaysAndTellsWhereItComesFrom() throws InterruptedException {
    StreamPartition log = new StreamPartition("orders", 1, 3);
    Headers headers =
        Headers.builder()
            .add("mine", new byte[] {7})
            .add(Reserved.SCHEDULE_ID, "an id".getBytes(UTF_8))
            .add(Reserved.DELIVER_TOPIC, "elsewhere".getBytes(UTF_8))
            .add(Reserved.DELIVER_KEY, Encoding.STRING, "another key".getBytes(UTF_8))
            .build();
    send(log, headers, 5000);
    send(log, Headers.EMPTY, 6000);
    try (TaskRun run = start()) {
      SourceRecord first = poll(run, 2).get(0);
      assertThat(first.topic()).isEqualTo("elsewhere");
      assertThat(first.kafkaPartition()).isNull();
      assertThat(first.keySchema().type()).isEqualTo(Schema.Type.STRING);
      assertThat(first.key()).isEqualTo("another key");
      assertThat(first.timestamp()).isGreaterThan(6000);
      assertThat(headerNames(first))
          .containsExactly(
              "mine",
              "varve.stream",
              "varve.generation",
              "varve.partition",
              "varve.offset",
              "varve.due.ms",
              "varve.lateness.ms");
      assertThat(header(first, "varve.stream")).isEqualTo("orders");
      assertThat(header(first, "varve.partition")).isEqualTo("3");
      assertThat(header(first, "varve.offset")).isEqualTo("0");
      assertThat(header(first, "varve.due.ms")).isEqualTo("5000");
      assertThat(Long.parseLong((String) header(first, "varve.lateness.ms"))).isPositive();

      SourceRecord second = run.records.get(1);
      assertThat(second.topic()).isEqualTo("orders-due");
      assertThat(second.kafkaPartition()).isNull();
      assertThat((byte[]) second.key()).isEqualTo("key 1".getBytes(UTF_8));
      assertThat(second.sourcePartition())
          .isEqualTo(new SourcePartition(new StreamPartition("orders.ready", 1, 3)));
      assertThat(second.sourceOffset()).isEqualTo(Map.of("offset", 2L));
    }
  }

  @Test
  void partitionsAreKeptAndHeadersTypedOrLeftOutIfThatIsWanted() throws InterruptedException {
    send(new StreamPartition("orders", 1, 2), Headers.EMPTY, 5000);
    try (TaskRun run = start("keep.partition", "true", "origin.headers", "typed")) {
      SourceRecord record = poll(run, 1).get(0);
      assertThat(record.kafkaPartition()).isEqualTo(2);
      assertThat(header(record, "varve.stream")).isEqualTo("orders");
      assertThat(header(record, "varve.due.ms")).isEqualTo(5000L);
    }
    try (TaskRun run = start("origin.headers", "none")) {
      assertThat(headerNames(poll(run, 1).get(0))).isEmpty();
    }
  }

  @Test
  void whatWasCommittedIsNotDeliveredAgainAndWhatWasNotIs() throws InterruptedException {
    send(1, 2, 3, 4, 5);
    try (TaskRun run = start()) {
      offsets.commit(poll(run, 5).subList(0, 2));
    }
    send(6);
    try (TaskRun run = start()) {
      assertThat(values(poll(run, 4))).containsExactly("value 2", "value 3", "value 4", "value 5");
      assertThat(run.task.poll()).isNull();
      offsets.commit(run.records);
    }
    try (TaskRun run = start()) {
      assertThat(run.task.poll()).isNull();
    }
  }

  @Test
  void eachPartitionHasItsSchedule() throws InterruptedException {
    int partitions = 20;
    long now = System.currentTimeMillis();
    for (int i = 0; i < partitions; i++) {
      send(new StreamPartition("orders", 1, i), Headers.EMPTY, now + 300, now + 200, now);
    }
    try (TaskRun run = start("schedule.memory.bytes", "16777216")) {
      List<String> of = new ArrayList<>();
      for (SourceRecord record : poll(run, 3 * partitions)) {
        if (header(record, "varve.partition").equals("19")) {
          of.add(value(record));
        }
      }
      assertThat(of).containsExactly("value 2", "value 1", "value 0");
      assertThat(run.records).hasSize(3 * partitions);
    }
  }

  @Test
  void aTaskTakesItsLogBackFromOneThatWasReplacedAndOpenedItLate() throws InterruptedException {
    send(1);
    try (TaskRun run = start()) {
      poll(run, 1);
      try (Scheduler late =
          archive.store().openScheduler(LOG, SchedulerSettings.of("orders"), "connector later")) {
        assertThat(late.readyLog()).isEqualTo(READY);
      }
      send(2, 3);
      assertThat(values(poll(run, 3))).containsExactly("value 0", "value 1", "value 2");
    }
  }

  @Test
  void ofTwoThatTakeALogFromEachOtherOneGivesUpAndSaysWhatToDo() {
    send(1);
    try (TaskRun one = start();
        TaskRun two = start()) {
      List<ConnectException> failures = new ArrayList<>();
      while (failures.isEmpty()) {
        // One that has nothing to do does not look whose the log is.
        send(1);
        Stream.of(failure(one), failure(two)).filter(Objects::nonNull).forEach(failures::add);
      }
      assertThat(failures.get(0))
          .hasMessageContaining("orders.ready")
          .hasMessageContaining("is fenced")
          .hasMessageContaining("was taken over 6 times")
          .hasMessageContaining("End it there or give it another name");
    }
  }

  @Test
  void aTaskInAnotherClassLoaderIsFencedToo() throws Exception {
    send(1);
    try (ForeignLoader foreign = new ForeignLoader();
        AutoCloseable zombie =
            foreign.make(
                ForeignScheduler.class, archive.path().toString(), "connector later", "orders")) {
      try (TaskRun next = start()) {
        assertThat(values(poll(next, 1))).containsExactly("value 0");
        send(2);
        poll(next, 2);
      }
      assertThat(zombie.toString()).contains("is fenced");
    }
  }

  @Test
  void anotherConnectorMayNotScheduleTheSameStream() {
    send(1);
    try (TaskRun first = start();
        TaskRun second = start("name", "another")) {
      await().until(() -> archive.store().contains(READY));
      // Whichever was first has it.
      ConnectException refused = null;
      while (refused == null) {
        refused = failure(first);
        refused = refused == null ? failure(second) : refused;
      }
      assertThat(refused)
          .hasMessageContaining("orders.ready")
          .hasMessageContaining("is already open for writing by 'connector ")
          .hasMessageContaining("Stop that owner first");
    }
  }

  private static @Nullable ConnectException failure(TaskRun run) {
    try {
      run.task.poll();
      return null;
    } catch (ConnectException e) {
      return e;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void pollForEver(TaskRun run) throws InterruptedException {
    while (true) {
      run.task.poll();
    }
  }

  @Test
  void overdueEventsAreDroppedIfThatIsWanted() throws InterruptedException {
    long now = System.currentTimeMillis();
    send(1, now - 60_000, now + 500);
    try (TaskRun run = start("overdue", "fire-within:PT10M")) {
      assertThat(values(poll(run, 2))).containsExactly("value 1", "value 2");
      assertThat(run.metrics.value("dropped-total orders 1 0")).isEqualTo(1L);
    }
  }

  @Test
  void aTaskWithoutPartitionsWaits() throws InterruptedException {
    try (TaskRun run = start()) {
      assertThat(run.task.poll()).isNull();
    }
  }

  @Test
  void aStoreThatIsNotThereIsNotMade() throws InterruptedException {
    send(1);
    Map<String, String> config = props("varve.task.partitions", "orders@1:0");
    try (TaskRun run = TaskRun.startTask(config, offsets, null, ReplayClock.SYSTEM)) {
      poll(run, 1);
    }
    Path missing = folder.resolve("missing");
    config.put("store.path", missing.toString());
    assertThatThrownBy(() -> TaskRun.startTask(config, offsets, null, ReplayClock.SYSTEM))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("store.path")
        .hasMessageContaining("expected a store, found nothing");
    assertThat(missing).doesNotExist();
  }

  @Test
  void aPositionBeyondTheReadyLogIsAnError() {
    send(1);
    offsets.put(new SourcePartition(READY), Map.of("offset", 9L));
    try (TaskRun run = start()) {
      assertThatThrownBy(() -> pollForEver(run))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("offset 9 of orders.ready")
          .hasMessageContaining("Is this another store than before?");
    }
  }

  @Test
  void anEventForATopicThatCanNotBeIsAnErrorBehindThoseBeforeIt() throws InterruptedException {
    send(1);
    send(
        LOG,
        Headers.builder().add(Reserved.DELIVER_TOPIC, "no topic".getBytes(UTF_8)).build(),
        System.currentTimeMillis() + 200);
    try (TaskRun run = start()) {
      poll(run, 1);
      assertThatThrownBy(() -> pollForEver(run))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("offset 1 of orders.ready")
          .hasMessageContaining("'no topic'")
          .hasMessageContaining("to 2 to pass it over");
    }
  }

  @Test
  void aPollIsATransaction() throws InterruptedException {
    send(1, 2, 3);
    EndsOfTransactions ends = new EndsOfTransactions();
    try (TaskRun run = TaskRun.start(props(), offsets, ends, ReplayClock.SYSTEM)) {
      poll(run, 3);
      assertThat(ends.commits).isPositive();
    }
  }
}
