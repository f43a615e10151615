package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.connect.source.offset.SourcePartition;
import io.varve.connect.source.plan.Assignment;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VarveSourceConnectorTest {

  @TempDir Path folder;
  private Archive archive;
  private final StoredOffsets offsets = new StoredOffsets();
  private final ConnectorEnd worker = new ConnectorEnd(offsets);
  private final VarveSourceConnector connector = new VarveSourceConnector();

  @BeforeEach
  void fillArchive() {
    archive = new Archive(folder.resolve("store"));
    archive.fill("orders", 0, 5).fill("orders", 1, 5).fill("payments", 0, 5);
    connector.initialize(worker);
  }

  @AfterEach
  void stop() {
    connector.stop();
    archive.close();
  }

  private Map<String, String> props(String... more) {
    Map<String, String> props = new HashMap<>();
    props.put("name", "again");
    props.put("connector.class", VarveSourceConnector.class.getName());
    props.put("store.path", archive.path().toString());
    props.put("streams", "orders");
    props.put("topic.format", "${stream}-again");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return props;
  }

  private Map<String, List<String>> errors(String... more) {
    Map<String, List<String>> errors = new TreeMap<>();
    for (ConfigValue value : connector.validate(props(more)).configValues()) {
      if (!value.errorMessages().isEmpty()) {
        errors.put(value.name(), value.errorMessages());
      }
    }
    return errors;
  }

  private void refused(String setting, String why, String... more) {
    Map<String, List<String>> errors = errors(more);
    assertThat(errors).containsOnlyKeys(setting);
    assertThat(String.join("\n", errors.get(setting))).contains(why);
  }

  private List<String> assignments(int tasksMax, String... more) {
    connector.start(props(more));
    return connector.taskConfigs(tasksMax).stream()
        .map(config -> config.get(Assignment.KEY))
        .toList();
  }

  @Test
  void aWorkerFindsItByItsServiceFileAndItHasAVersion() {
    assertThat(ServiceLoader.load(SourceConnector.class))
        .hasAtLeastOneElementOfType(VarveSourceConnector.class);
    assertThat(connector.version()).matches("\\d+\\.\\d+.*");
    assertThat(connector.taskClass()).isEqualTo(VarveSourceTask.class);
  }

  @Test
  void itReplaysExactlyOnceAndSetsTheEndsOfTransactions() {
    assertThat(connector.exactlyOnceSupport(props())).isEqualTo(ExactlyOnceSupport.SUPPORTED);
    assertThat(connector.canDefineTransactionBoundaries(props()))
        .isEqualTo(ConnectorTransactionBoundaries.SUPPORTED);
  }

  @Test
  void goodSettingsAreTaken() {
    assertThat(errors()).isEmpty();
    assertThat(errors("streams", "orders,payments", "start.time", "2026-01-01", "speed", "2.5"))
        .isEmpty();
    assertThat(errors("streams", "gone.*", "mode", "tail")).isEmpty();
    assertThat(errors("streams", "gone", "mode", "tail")).isEmpty();
    assertThat(
            errors(
                "streams",
                "gone",
                "mode",
                "scheduled",
                "overdue",
                "fire-within:PT1H",
                "tick.ms",
                "5"))
        .isEmpty();
  }

  @Test
  void unknownValuesAreRefused() {
    refused("mode", "replay, tail", "mode", "forward");
    refused("speed", "max, or a factor", "speed", "fast");
    refused("speed", "max, or a factor", "speed", "0");
    refused("speed", "max, or a factor", "speed", "NaN");
    refused("generation", "latest, all, or a number", "generation", "newest");
    refused("generation", "latest, all, or a number", "generation", "0");
    refused("start.time", "a time as", "start.time", "yesterday");
    refused("start.offset", "expected", "start.offset", "-1");
    refused("topic.format", "no placeholder but ${stream}", "topic.format", "${topic}");
    refused("topic.format", "letters", "topic.format", "a b");
    refused("poll.events.max", "expected", "poll.events.max", "0");
    refused("transaction.interval.ms", "expected", "transaction.interval.ms", "60000");
  }

  @Test
  void whatIsWrongWithAScheduleIsSaidAtOnce() {
    Map<String, List<String>> errors =
        errors(
            "mode",
            "scheduled",
            "streams",
            "orders,orders.ready",
            "overdue",
            "later",
            "tick.ms",
            "0",
            "schedule.memory.bytes",
            "1",
            "ready.retention.ms",
            "1000",
            "origin.headers",
            "some",
            "start.time",
            "2026-01-01",
            "speed",
            "2",
            "keep.timestamp",
            "true");
    assertThat(errors)
        .containsOnlyKeys(
            "streams",
            "overdue",
            "tick.ms",
            "schedule.memory.bytes",
            "ready.retention.ms",
            "origin.headers",
            "start.time",
            "speed",
            "keep.timestamp");
    assertThat(errors.get("streams").get(0))
        .contains("'orders.ready' is where events go when they are due", "'orders'");
    assertThat(errors.get("overdue").get(0)).contains("fire, drop, or fire-within:");
    assertThat(errors.get("ready.retention.ms").get(0)).contains("3600000 (1 h) or more");
    assertThat(errors.get("start.time").get(0)).contains("not with mode=scheduled");
  }

  @Test
  void settingsOfAScheduleAreRefusedElsewhere() {
    refused("overdue", "only with mode=scheduled", "overdue", "drop");
    refused("tick.ms", "only with mode=scheduled", "mode", "tail", "tick.ms", "1");
  }

  @Test
  void readyLogsAreNotScheduled() {
    archive.fill("orders.ready", 0, 1);
    assertThat(assignments(1, "mode", "scheduled", "streams", "or.*"))
        .containsExactly("orders@1:0-1");
  }

  @Test
  void aSchedulePicksUpNewStreamsAndKeepsOlderGenerations() {
    String[] scheduled = {
      "mode", "scheduled", "streams", "or.*", "streams.refresh.interval.ms", "100"
    };
    assertThat(assignments(1, scheduled)).containsExactly("orders@1:0-1");
    archive.fill(new StreamPartition("orders", 2, 0), 1, at -> at);
    await().until(() -> worker.reconfigurations.get() > 0);
    assertThat(connector.taskConfigs(1).get(0))
        .containsEntry(Assignment.KEY, "orders@1:1;orders@1+2:0");
    connector.stop();

    // After a restart what was begun is told by the offsets.
    offsets.put(
        new SourcePartition(new StreamPartition("orders.ready", 1, 1)), Map.of("offset", 2L));
    assertThat(assignments(1, scheduled)).containsExactly("orders@1:1;orders@2:0");
  }

  @Test
  void offsetsOfAScheduleAreThoseOfReadyLogs() {
    archive.fill("orders.ready", 0, 3);
    Map<String, String> scheduled = props("mode", "scheduled");
    assertThat(
            connector.alterOffsets(
                scheduled,
                Map.of(
                    new SourcePartition(new StreamPartition("orders.ready", 1, 0)),
                    Map.of("offset", 3))))
        .isTrue();
    assertThatThrownBy(
            () ->
                connector.alterOffsets(
                    scheduled,
                    Map.of(
                        new SourcePartition(new StreamPartition("orders", 1, 0)),
                        Map.of("offset", 3))))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("expected the stream 'orders.ready'");
  }

  @Test
  void settingsThatDoNotGoTogetherAreRefused() {
    refused(
        "end.offset", "the end 3 must be after the start", "start.offset", "5", "end.offset", "3");
    refused("end.offset", "must be after", "start.offset", "5", "end.offset", "5");
    refused("end.time", "must be after", "start.time", "2026-01-02", "end.time", "2026-01-01");
    refused("start.time", "not both", "start.offset", "5", "start.time", "2026-01-02");
    refused("end.time", "not both", "end.offset", "5", "end.time", "2026-01-02");
    refused("end.offset", "a tail has no end", "mode", "tail", "end.offset", "5");
    assertThatThrownBy(() -> connector.start(props("start.offset", "5", "end.offset", "3")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must be after");
  }

  @Test
  void aStoreThatIsNoneIsRefused() throws IOException {
    refused("store.path", "found nothing", "store.path", folder.resolve("gone").toString());
    Path file = Files.writeString(folder.resolve("file"), "text");
    refused("store.path", "found a file", "store.path", file.toString());
    Path other = Files.createDirectory(folder.resolve("other"));
    refused("store.path", "expected a store, found a folder", "store.path", other.toString());
    refused("store.path", "absolute", "store.path", "store");
  }

  @Test
  void streamsThatAreNotThereAreRefusedWithWhatThereIs() {
    refused("streams", "matches no stream; it has orders, payments", "streams", "gone.*");
    refused("streams", "no stream gone; it has orders, payments", "streams", "orders,gone");
    refused("streams", "no stream's name has slashes", "streams", "../x");
    refused("generation", "no generation 7 of orders", "generation", "7");
  }

  @Test
  void topicsWithTooFewPartitionsAreRefused() {
    refused("keep.partition", "has a partition 1", "topic.creation.default.partitions", "1");
    assertThat(errors("topic.creation.default.partitions", "2")).isEmpty();
    assertThat(errors("topic.creation.default.partitions", "1", "keep.partition", "false"))
        .isEmpty();
    assertThat(errors("topic.creation.default.partitions", "many")).isEmpty();
  }

  @Test
  void validatingChangesNothing() throws IOException {
    Map<String, Long> before = files();
    errors();
    errors("streams", "gone.*");
    errors("store.path", folder.resolve("gone").toString());
    assertThat(files()).isEqualTo(before);
  }

  private Map<String, Long> files() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        files.put(path.toString(), Files.isDirectory(path) ? -1 : Files.size(path));
      }
    }
    return files;
  }

  @Test
  void aFormIsOfferedTheStreams() {
    ConfigValue streams =
        connector.validate(props()).configValues().stream()
            .filter(value -> value.name().equals("streams"))
            .findFirst()
            .orElseThrow();
    assertThat(streams.recommendedValues()).containsExactly("orders", "payments");
  }

  @Test
  void partitionsAreSplitOverTasks() {
    assertThat(assignments(1, "streams", ".*")).containsExactly("orders@1:0-1;payments@1:0");
    assertThat(assignments(2, "streams", ".*")).hasSize(2);
    assertThat(assignments(99, "streams", ".*"))
        .containsExactlyInAnyOrder("orders@1:0", "orders@1:1", "payments@1:0");
    assertThat(assignments(9, "streams", "payments")).containsExactly("payments@1:0");
  }

  @Test
  void aTailOfNothingYetHasOneTask() {
    assertThat(assignments(4, "streams", "later.*", "mode", "tail")).containsExactly("");
  }

  @Test
  void aReplayOfNothingIsAnError() {
    connector.start(props("streams", "later.*"));
    assertThatThrownBy(() -> connector.taskConfigs(1))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("later.*")
        .hasMessageContaining("orders, payments");
  }

  @Test
  void aTailPicksUpNewStreamsAndPartitions() {
    assertThat(
            assignments(2, "streams", "or.*", "mode", "tail", "streams.refresh.interval.ms", "100"))
        .containsExactlyInAnyOrder("orders@1:0", "orders@1:1");
    archive.fill("other", 0, 1);
    assertThat(worker.reconfigurations).hasValue(0);
    archive.fill("orphans", 3, 1);
    await().until(() -> worker.reconfigurations.get() > 0);
    assertThat(connector.taskConfigs(1).stream().map(config -> config.get(Assignment.KEY)).toList())
        .containsExactly("orders@1:0-1;orphans@1:3");
  }

  @Test
  void aTailReplaysTheRestOfAnOlderGenerationFirst() {
    archive.fill(new StreamPartition("orders", 2, 0), 1, at -> at);
    assertThat(assignments(1, "mode", "tail")).containsExactly("orders@2:0");
    archive.fill(new StreamPartition("orders", 3, 0), 1, at -> at);
    assertThat(connector.taskConfigs(1).get(0)).containsEntry(Assignment.KEY, "orders@2+3:0");
    offsets.put(new SourcePartition(new StreamPartition("orders", 1, 0)), Map.of("offset", 2L));
    assertThat(connector.taskConfigs(1).get(0)).containsEntry(Assignment.KEY, "orders@1+2+3:0");
  }

  @Test
  void aBoundedReplayIsPlannedOnce() {
    assertThat(assignments(1, "streams", "or.*", "streams.refresh.interval.ms", "100")).hasSize(1);
    archive.fill("orphans", 0, 1);
    assertThat(worker.reconfigurations).hasValue(0);
  }

  @Test
  void offsetsAreCheckedBeforeTheyAreAltered() {
    Map<String, ?> partition = new SourcePartition(new StreamPartition("orders", 1, 0));
    assertThat(connector.alterOffsets(props(), Map.of(partition, Map.of("offset", 5)))).isTrue();
    assertThat(connector.alterOffsets(props(), Map.of())).isTrue();
    assertThatThrownBy(
            () -> connector.alterOffsets(props(), Map.of(partition, Map.of("offset", 6))))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("beyond the end");
  }

  @Test
  void stopWorksInAnyState() {
    connector.stop();
    assertThatThrownBy(() -> connector.taskConfigs(1)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> connector.start(Map.of())).isInstanceOf(ConfigException.class);
    connector.stop();
  }
}
