package io.varve.integration;

import static io.varve.integration.Connectors.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What can't be done is refused with an error that says why, and nothing is lost by it. */
final class BadInputTest extends ClusterTest {
  private static final int OVERSIZE_BYTES = 20_000;

  @Test
  void sinkSettingsThatCannotBeAreRefusedOneByOneAndTogether() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a store");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("thesis.txt"), "not a store either");
    Map<String, String> good = connectors.sink("some-topic");
    assertThat(cluster.rest().validate(good)).isEmpty();
    assertThat(store).as("validation changes nothing").doesNotExist();

    refused(with(good, "compression.type", "brotli"), "compression.type", "brotli", "zstd");
    refused(with(good, "store.path", file.toString()), "store.path", file.toString(), "file");
    refused(with(good, "store.path", other.toString()), "store.path", "other files");
    refused(with(good, "store.path", "relative/store"), "store.path", "absolute");
    refused(with(good, "store.path", ""), "store.path", "Missing required");
    refused(with(good, "stream.format", "../x"), "stream.format", "../x");
    refused(with(good, "stream.format", "a/${topic}"), "stream.format", "a/");
    refused(with(good, "stream.format", "${tpoic}"), "stream.format", "tpoic");
    refused(with(good, "segment.bytes", "10"), "segment.bytes", "65536");
    refused(with(good, "segment.bytes", "1 GB"), "segment.bytes", "1 GB");
    refused(with(good, "retention.ms", "-2"), "retention.ms", "-1");
    refused(
        with(good, "topics", "one,two", "stream.format", "all"), "stream.format", "'one'", "'two'");
    assertThat(
            cluster
                .rest()
                .validate(with(good, "compression.type", "brotli", "segment.bytes", "10")))
        .containsOnlyKeys("compression.type", "segment.bytes");
  }

  @Test
  void folderThatCannotBeWrittenFailsTheTaskAndIsNamed() {
    cluster.topics().create("unwritable", 1);
    // Not even root makes a folder there.
    connectors.put("unwritable", connectors.sink("unwritable", "store.path", "/proc/varve"));

    assertThat(cluster.rest().awaitFailed("unwritable", Connectors.LIMIT).failure())
        .contains("/proc/varve", "expected a folder that this process may write");
  }

  @Test
  void sourceSettingsThatCannotBeAreRefused() {
    archive("validated", 20);
    Map<String, String> good = connectors.source("validated", "${stream}-x");
    assertThat(cluster.rest().validate(good)).isEmpty();

    refused(with(good, "mode", "rewind"), "mode", "replay", "tail");
    refused(with(good, "start.offset", "10", "end.offset", "5"), "end.offset", "5", "10");
    refused(
        with(good, "start.time", "2020-01-02T00:00:00Z", "end.time", "2020-01-01T00:00:00Z"),
        "end.time",
        "2020-01-01",
        "2020-01-02");
    refused(with(good, "start.time", "yesterday"), "start.time", "yesterday");
    refused(with(good, "mode", "tail", "end.offset", "5"), "end.offset", "tail");
    refused(with(good, "start.offset", "1", "start.time", "0"), "start.time", "start.offset");
    refused(with(good, "streams", "nothing-like-.*"), "streams", "nothing-like-.*", "validated");
    refused(with(good, "streams", "absent"), "streams", "absent", "validated");
    refused(with(good, "streams", "(unclosed"), "streams", "(unclosed");
    refused(with(good, "topic.format", "../x"), "topic.format", "../x");
    refused(with(good, "speed", "fast"), "speed", "fast");
    refused(with(good, "store.path", folder.resolve("none").toString()), "store.path", "none");
  }

  @Test
  void oversizeEventGoesToTheDeadLetterQueueAndTheOthersIntoTheStore() {
    cluster.topics().create("dead", 1);
    cluster.topics().create("dead-letters", 1);
    sendWithAnOversizeOne("dead");
    connectors.start(
        "dead",
        connectors.sink(
            "dead",
            "event.bytes.max",
            "10000",
            "errors.tolerance",
            "all",
            "errors.deadletterqueue.topic.name",
            "dead-letters",
            "errors.deadletterqueue.topic.replication.factor",
            "1",
            "errors.deadletterqueue.context.headers.enable",
            "true"));
    StoreEvents.awaitCount(store, "dead", 1, 20);

    await()
        .atMost(Connectors.LIMIT)
        .until(() -> TopicEvents.count(cluster.bootstrap(), "dead-letters") == 1);
    var letter = TopicEvents.records(cluster.bootstrap(), "dead-letters").get(0).get(0);
    assertThat(letter.value()).hasSize(OVERSIZE_BYTES);
    assertThat(
            new String(
                letter.headers().lastHeader("__connect.errors.exception.message").value(), UTF_8))
        .contains("dead-0 offset 10", "10000");
    List<SeenEvent> kept = new ArrayList<>(TopicEvents.read(cluster.bootstrap(), "dead").get(0));
    kept.remove(10);
    assertThat(StoreEvents.read(store, "dead", 1).get(0)).isEqualTo(kept);
  }

  @Test
  void oversizeEventWithoutDeadLetterQueueFailsTheTaskAndNamesTheEvent() {
    cluster.topics().create("oversize", 1);
    sendWithAnOversizeOne("oversize");
    connectors.put("oversize", connectors.sink("oversize", "event.bytes.max", "10000"));

    assertThat(cluster.rest().awaitFailed("oversize", Connectors.LIMIT).failure())
        .contains("oversize-0 offset 10", "10000", "errors.deadletterqueue.topic.name");

    connectors.put("oversize", connectors.sink("oversize"));
    cluster.rest().restart("oversize");
    StoreEvents.awaitCount(store, "oversize", 1, 21);
    assertThat(StoreEvents.read(store, "oversize", 1))
        .isEqualTo(TopicEvents.read(cluster.bootstrap(), "oversize"));
  }

  @Test
  void secondConnectorOnAStreamIsToldWhoWritesIt() {
    archive("contested", 20);
    connectors.put("latecomer", connectors.sink("contested", "stream.format", "${topic}"));

    assertThat(cluster.rest().awaitFailed("latecomer", Connectors.LIMIT).failure())
        .contains("contested", "already open for writing by", "latecomer")
        .containsPattern("connector['\" ]*contested");
    Producers.send(cluster.bootstrap(), Producers.numbered("contested", 2, 20, 20));
    StoreEvents.awaitCount(store, "contested", 1, 40);

    connectors.delete("contested");
    cluster.rest().restart("latecomer");
    Producers.send(cluster.bootstrap(), Producers.numbered("contested", 2, 40, 20));
    StoreEvents.awaitCount(store, "contested", 1, 60);
    assertThat(StoreEvents.read(store, "contested", 1))
        .isEqualTo(TopicEvents.read(cluster.bootstrap(), "contested"));
  }

  @Test
  void flippedBitFailsTheReplayAndNamesTheFile() throws IOException {
    archive("flipped", 200);
    connectors.delete("flipped");
    Path segment = segments("flipped").get(0);
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long middle = file.size() / 3;
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, middle);
      one.put(0, (byte) (one.get(0) ^ 4));
      file.write(one.flip(), middle);
    }

    assertThat(failureOfReplay("flipped")).contains("Corrupt file", segment.toString(), "restore");
  }

  @Test
  void truncatedSegmentFailsTheReplayAndNamesTheFile() throws IOException {
    archive("truncated", 200);
    connectors.delete("truncated");
    Path segment = segments("truncated").get(0);
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }

    assertThat(failureOfReplay("truncated"))
        .contains("Corrupt file", segment.toString(), "restore");
  }

  private String failureOfReplay(String stream) {
    cluster.topics().create(stream + "-back", 2);
    connectors.put(stream + "-back", connectors.source(stream, "${stream}-back"));
    return cluster.rest().awaitFailed(stream + "-back", Connectors.LIMIT).failure();
  }

  /** Archives numbered events of a new topic with two partitions. */
  private void archive(String topic, int events) {
    cluster.topics().create(topic, 2);
    Producers.send(cluster.bootstrap(), Producers.numbered(topic, 2, 0, events));
    connectors.start(topic, connectors.sink(topic, "compression.type", "none"));
    StoreEvents.awaitCount(store, topic, 1, events);
  }

  /** 21 events in partition 0, of which the one at offset 10 is too large. */
  private void sendWithAnOversizeOne(String topic) {
    List<ProducerRecord<byte[], byte[]>> events = Producers.numbered(topic, 1, 0, 21);
    events.set(10, new ProducerRecord<>(topic, 0, null, new byte[OVERSIZE_BYTES]));
    Producers.send(cluster.bootstrap(), events);
  }

  private void refused(Map<String, String> settings, String setting, String... parts) {
    Map<String, List<String>> errors = cluster.rest().validate(settings);
    assertThat(errors).as("errors of %s", settings).containsOnlyKeys(setting);
    assertThat(String.join("; ", errors.get(setting))).contains(parts);
  }

  /** The segment files of a stream's partition 0, in order. */
  private List<Path> segments(String stream) throws IOException {
    try (var files = Files.list(store.resolve("streams").resolve(stream).resolve("g1/p0"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }
}
