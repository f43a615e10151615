package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.cluster.ConnectorOffset;
import io.varve.cluster.JmxMetrics;
import io.varve.cluster.RestException;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Delayed events through the sink and the source, on real parts. */
final class DelayedDeliveryTest extends ClusterTest {

  private void create(String topic) {
    cluster.topics().create(topic, 2, Map.of("message.timestamp.type", "LogAppendTime"));
  }

  private void start(String stream, String dueTopic, String... more) {
    connectors.start(
        dueTopic, Connectors.with(connectors.source(stream, dueTopic, "mode", "scheduled"), more));
  }

  /** A record for partition 0 with headers as name, value, name, value. */
  private static ProducerRecord<byte[], byte[]> record(
      String topic, String key, String value, String... headers) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, 0, key.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8));
    for (int i = 0; i < headers.length; i += 2) {
      record.headers().add(headers[i], headers[i + 1].getBytes(UTF_8));
    }
    return record;
  }

  private void send(List<ProducerRecord<byte[], byte[]>> records) {
    Producers.send(cluster.bootstrap(), records);
  }

  /** Waits until so many records are in the topic, and returns them. */
  private List<ConsumerRecord<byte[], byte[]>> awaitAll(String topic, int count) {
    await()
        .atMost(Connectors.LIMIT)
        .until(() -> TopicEvents.count(cluster.bootstrap(), topic) >= count);
    return all(topic);
  }

  private List<ConsumerRecord<byte[], byte[]>> all(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    TopicEvents.records(cluster.bootstrap(), topic).values().forEach(records::addAll);
    return records;
  }

  private static List<String> values(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(record -> new String(record.value(), UTF_8)).toList();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), UTF_8);
  }

  @Test
  void eventsArriveWhenAndWhereTheySayAndCancelledOnesDoNot() {
    create("tasks");
    create("tasks-due");
    create("tasks-urgent");
    connectors.start("tasks", connectors.sink("tasks", "delay.enabled", "true"));
    start("tasks", "tasks-due");
    long now = System.currentTimeMillis();
    String later = Long.toString(now + 4000);
    send(
        List.of(
            record("tasks", "a", "after", "deliver.after", "PT3S"),
            record("tasks", "b", "at", "deliver.at", later),
            record("tasks", "c", "never", "deliver.at", later, "schedule.id", "x"),
            record("tasks", "d", "old", "deliver.at", later, "schedule.id", "y"),
            record("tasks", "e", "plain"),
            record(
                "tasks",
                "f",
                "urgent",
                "deliver.at",
                "2000-01-01T00:00:00Z",
                "deliver.topic",
                "tasks-urgent",
                "deliver.key",
                "g"),
            record("tasks", "c", null, "schedule.id", "x"),
            record("tasks", "d", "new", "deliver.at", later, "schedule.id", "y")));

    List<ConsumerRecord<byte[], byte[]>> due = awaitAll("tasks-due", 3);
    assertThat(values(due)).containsExactlyInAnyOrder("after", "at", "new");
    assertThat(due)
        .allSatisfy(
            record -> {
              assertThat(record.timestamp())
                  .isGreaterThanOrEqualTo(Long.parseLong(header(record, "varve.due.ms")));
              assertThat(header(record, "varve.stream")).isEqualTo("tasks");
              assertThat(header(record, "varve.release")).isNull();
              assertThat(header(record, "varve.schedule.id")).isNull();
            });
    List<ConsumerRecord<byte[], byte[]>> urgent = awaitAll("tasks-urgent", 1);
    assertThat(values(urgent)).containsExactly("urgent");
    assertThat(new String(urgent.get(0).key(), UTF_8)).isEqualTo("g");
    assertThat(header(urgent.get(0), "varve.deliver.topic")).isNull();

    try (JmxMetrics metrics = cluster.worker().metrics()) {
      String task = "kafka.connect:type=plugins,connector=tasks-due,task=*";
      String log = task + ",stream=tasks,generation=1,partition=0";
      assertThat(number(metrics, log, "released-total")).isEqualTo(4);
      assertThat(number(metrics, log, "cancelled-total")).isEqualTo(2);
      assertThat(number(metrics, log, "pending")).isZero();
      assertThat(number(metrics, log, "lag-offsets")).isZero();
      assertThat(number(metrics, log, "lateness-ms-max")).isPositive();
    }
  }

  private static double number(JmxMetrics metrics, String pattern, String name) {
    return metrics.names(pattern).stream()
        .mapToDouble(each -> metrics.number(each, name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aScheduleWaitsForItsStreamAndForNewPartitions() {
    create("coming-other");
    create("coming-due");
    connectors.start("coming-other", connectors.sink("coming-other", "delay.enabled", "true"));
    send(List.of(record("coming-other", "a", "any")));
    StoreEvents.awaitCount(store, "coming-other", 1, 1);
    start("coming", "coming-due");

    create("coming");
    connectors.start("coming", connectors.sink("coming", "delay.enabled", "true"));
    send(List.of(record("coming", "a", "first", "deliver.after", "1")));
    assertThat(values(awaitAll("coming-due", 1))).containsExactly("first");

    ProducerRecord<byte[], byte[]> elsewhere =
        new ProducerRecord<>("coming", 1, null, "second".getBytes(UTF_8));
    elsewhere.headers().add("deliver.after", "1".getBytes(UTF_8));
    send(List.of(elsewhere));
    assertThat(values(awaitAll("coming-due", 2))).containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void restartsAndAlteredOffsetsDeliverWhatTheyShould() {
    create("moves");
    create("moves-due");
    connectors.start("moves", connectors.sink("moves", "delay.enabled", "true"));
    send(List.of(record("moves", "k", "not delayed")));
    StoreEvents.awaitCount(store, "moves", 1, 1);
    start("moves", "moves-due");
    int count = 200;
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(record("moves", "k", "v" + i, "deliver.after", Integer.toString(20 * i)));
    }
    send(records);
    // Rebalances and restarts, while events fall due.
    for (int i = 0; i < 3; i++) {
      cluster.rest().restart("moves-due");
      cluster.rest().awaitRunning("moves-due", Connectors.LIMIT);
    }
    assertThat(values(awaitAll("moves-due", count))).doesNotHaveDuplicates().hasSize(count);

    cluster.rest().stop("moves-due");
    cluster.rest().awaitState("moves-due", "STOPPED", Connectors.LIMIT);
    assertThat(cluster.rest().offsets("moves-due")).containsExactly(position("moves.ready", count));
    assertThatThrownBy(
            () -> cluster.rest().alterOffsets("moves-due", List.of(position("moves", 0))))
        .isInstanceOf(RestException.class)
        .hasMessageContaining("expected the stream 'moves.ready'");
    cluster.rest().alterOffsets("moves-due", List.of(position("moves.ready", count - 2)));
    cluster.rest().resume("moves-due");
    assertThat(values(awaitAll("moves-due", count + 2)).subList(count, count + 2))
        .containsExactly("v" + (count - 2), "v" + (count - 1));
  }

  private static ConnectorOffset position(String stream, long offset) {
    return new ConnectorOffset(
        Map.of("stream", stream, "generation", 1L, "partition", 0L), Map.of("offset", offset));
  }

  /** Stores events that have been due for long. */
  private void fill(Path folder, String stream, int count, int valueBytes) {
    try (Store opened = Store.open(folder, StoreSettings.defaults());
        LogWriter writer =
            opened.openWriter(new StreamPartition(stream, 1, 0), LogSettings.defaults(), "test")) {
      for (int i = 0; i < count; i++) {
        writer.append(
            new Event(
                i,
                1,
                TimestampType.CREATE,
                Encoding.BYTES,
                new byte[] {1},
                Encoding.BYTES,
                new byte[valueBytes],
                Headers.EMPTY,
                null,
                1));
      }
    }
  }

  @Test
  void aStoreThatIsGoneForAWhileFailsTheTaskAndComesBack() throws IOException {
    fill(store, "absent", 10, 10);
    create("absent-due");
    start("absent", "absent-due", "tasks.max", "1");
    awaitAll("absent-due", 10);
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(cluster.rest().offsets("absent-due"))
                    .containsExactly(position("absent.ready", 10)));
    Path away = folder.resolve("away");
    Files.move(store, away);
    cluster.rest().restartTask("absent-due", 0);
    assertThat(cluster.rest().awaitFailed("absent-due", Connectors.LIMIT).failure())
        .contains("store.path", "expected a store, found nothing");
    assertThat(store).doesNotExist();

    Files.move(away, store);
    fillMore("absent");
    cluster.rest().restartTask("absent-due", 0);
    assertThat(awaitAll("absent-due", 11)).hasSize(11);
  }

  private void fillMore(String stream) {
    try (Store opened = Store.open(store, StoreSettings.defaults());
        LogWriter writer =
            opened.openWriter(new StreamPartition(stream, 1, 0), LogSettings.defaults(), "test")) {
      writer.append(
          new Event(
              writer.nextOffset(),
              1,
              TimestampType.CREATE,
              Encoding.BYTES,
              new byte[] {1},
              Encoding.BYTES,
              new byte[] {2},
              Headers.EMPTY,
              null,
              1));
    }
  }

  @Test
  void aReadyLogWithoutRoomFailsTheTaskAndARestartGoesOn() throws IOException {
    int events = 8000;
    try (Tmpfs disk = mountOrSkip()) {
      Path full = disk.folder().resolve("store");
      fill(full, "cramped", events, 1000);
      Path filler = disk.folder().resolve("filler");
      Files.write(filler, new byte[20 << 20]);
      create("cramped-due");
      try (Connectors onDisk = new Connectors(cluster.rest(), full)) {
        onDisk.put(
            "cramped-due",
            onDisk.source("cramped", "cramped-due", "mode", "scheduled", "tasks.max", "1"));
        assertThat(cluster.rest().awaitFailed("cramped-due", Connectors.LIMIT).failure())
            .contains("No space left on device", "make room on that disk, then restart the task");
        assertThat(TopicEvents.count(cluster.bootstrap(), "cramped-due")).isLessThan(events);

        Files.delete(filler);
        cluster.rest().restartTask("cramped-due", 0);
        assertThat(
                awaitAll("cramped-due", events).stream()
                    .map(record -> header(record, "varve.offset")))
            .hasSize(events)
            .doesNotHaveDuplicates();
      }
    }
  }

  private Tmpfs mountOrSkip() {
    try {
      return Tmpfs.mount(folder.resolve("disk"), 32);
    } catch (IOException e) {
      String reason =
          "ready log without room: skipped, only root can mount a small disk ("
              + e.getMessage()
              + ")";
      System.out.println(reason);
      return Assumptions.abort(reason);
    }
  }
}
