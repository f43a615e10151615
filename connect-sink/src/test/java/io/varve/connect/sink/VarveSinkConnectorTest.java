package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.commit.LogSettings;
import io.varve.format.Codec;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VarveSinkConnectorTest {

  @TempDir Path folder;

  private final Map<String, String> properties = new HashMap<>();
  private final VarveSinkConnector connector = new VarveSinkConnector();

  @BeforeEach
  void good() {
    properties.put("name", "archive");
    properties.put("topics", "orders");
    properties.put("store.path", folder.resolve("store").toString());
  }

  @Test
  void goodSettingsAreValidAndLeaveNoTrace() throws IOException {
    assertThat(errors()).isEmpty();
    connector.start(properties);
    connector.stop();

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "store.path        | relative/path  | expected an absolute path",
        "stream.format     | ../x           | letters, digits, dots",
        "stream.format     | ..             | letters, digits, dots",
        "stream.format     | a/${topic}     | letters, digits, dots",
        "stream.format     | ${partition}   | no placeholder but ${topic}",
        "recreated.topics  | maybe          | one of new.generation, fail, ignore",
        "compression.type  | gzip           | one of none, lz4, zstd, snappy",
        "segment.bytes     | 1              | 65536 (64 KiB)",
        "segment.bytes     | many           | Not a number",
        "segment.ms        | 0              | 1000 (1 s)",
        "event.bytes.max   | 0              | 1024 (1 KiB)",
        "event.bytes.max   | 1000000000     | 1024 (1 KiB)",
        "batch.bytes       | 100            | 1024 (1 KiB)",
        "retention.ms      | -2             | -1 (no limit)",
        "retention.bytes   | 0              | -1 (no limit)",
        "cleanup.policy    | trim           | one of delete, compact, compact,delete",
        "delete.retention.ms | -1           | 0 or more",
        "min.cleanable.dirty.ratio | 1.5    | no more than 1",
        "min.compaction.lag.ms | -1         | 0 or more",
        "compaction.bytes.per.second | 1    | 65536 (64 KiB)",
        "compaction.key.bytes.max | 1       | 1024 (1 KiB)",
        "commit.interval.ms| 0              | milliseconds",
        "buffer.bytes      | 0              | 1048576 (1 MiB)",
        "delay.enabled     | maybe          | true or false",
        "delay.deliver.at  | deliver.at     | header:NAME, value:FIELD",
        "delay.deliver.after | header:      | header:NAME, value:FIELD",
        "delay.schedule.id | value:a..b     | header:NAME, value:FIELD",
        "delay.deliver.key | keys           | or key",
        "dedup.id          | id             | header:NAME, value:FIELD",
        "dedup.ttl         | 0              | more than 0",
        "dedup.ttl         | -5             | more than 0",
        "dedup.ttl         | PT0S           | more than 0",
        "dedup.ttl         | 1 day          | milliseconds, or a duration",
        "dedup.ttl         | P999999999D    | at most",
        "dedup.memory.bytes | 1000          | 1048576 (1 MiB)",
        "dedup.duplicates.stream | a/${topic} | letters, digits, dots",
      })
  void badSettingsAreToldWithNameValueAndWhatIsAllowed(String name, String value, String allowed) {
    properties.put(name, value);

    assertThat(errors()).containsOnlyKeys(name);
    assertThat(errors().get(name)).singleElement().asString().contains(name, value, allowed);
    assertThatThrownBy(() -> connector.start(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(name, value, allowed);
  }

  @Test
  void logsAreWrittenAsSet() {
    properties.putAll(
        Map.of(
            "compression.type", "zstd",
            "segment.bytes", "70000",
            "segment.ms", "2000",
            "event.bytes.max", "5000",
            "batch.bytes", "2048"));

    assertThat(SinkSettings.of(properties).log())
        .isEqualTo(
            LogSettings.defaults()
                .withCodec(Codec.ZSTD)
                .withSegmentBytes(70_000)
                .withSegmentMs(2000)
                .withEventBytesMax(5000)
                .withBatchBytes(2048));
  }

  @Test
  void aStorePathIsRequired() {
    properties.remove("store.path");

    assertThat(errors()).containsOnlyKeys("store.path");
  }

  @Test
  void aStorePathThatIsAFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    properties.put("store.path", file.toString());

    assertThat(errors().get("store.path")).singleElement().asString().contains("found a file");
  }

  @Test
  void aFolderWithOtherThingsIsRefused() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "x");
    properties.put("store.path", folder.toString());

    assertThat(errors().get("store.path")).singleElement().asString().contains("other files");
  }

  @Test
  void aFreshVolumeIsAccepted() throws IOException {
    Files.createDirectory(folder.resolve("lost+found"));
    properties.put("store.path", folder.toString());

    assertThat(errors()).isEmpty();
  }

  @Test
  void aFormatWithoutTopicFitsOneTopicOnly() {
    properties.put("stream.format", "all");
    assertThat(errors()).isEmpty();

    properties.put("topics", "orders, payments");
    assertThat(errors().get("stream.format"))
        .singleElement()
        .asString()
        .contains("'orders' and 'payments'", "${topic}");
    assertThatThrownBy(() -> connector.start(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'orders' and 'payments'");

    properties.remove("topics");
    properties.put("topics.regex", "orders.*");
    assertThat(errors().get("stream.format")).singleElement().asString().contains("topics.regex");
  }

  @Test
  void aTopicTooLongForTheFormatIsRefused() {
    properties.put("stream.format", "archive.${topic}");
    properties.put("topics", "t".repeat(249));

    assertThat(errors().get("stream.format")).singleElement().asString().contains("249");
  }

  @Test
  void deduplicationIsRefusedWhereItCanNotBe() {
    properties.putAll(Map.of("dedup.id", "header:id", "cleanup.policy", "compact"));
    assertThat(errors()).containsOnlyKeys("dedup.ttl");
    assertThat(errors().get("dedup.ttl"))
        .singleElement()
        .asString()
        .contains("P1D", "at most min.compaction.lag.ms", "cleanup.policy=compact", "lag.ms=0");

    properties.put("min.compaction.lag.ms", "86400000");
    assertThat(errors()).isEmpty();

    properties.put("dedup.duplicates.stream", "${topic}");
    properties.put("min.compaction.lag.ms", "86399999");
    assertThat(errors()).containsOnlyKeys("dedup.ttl", "dedup.duplicates.stream");
    assertThatThrownBy(() -> connector.start(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("dedup.ttl", "dedup.duplicates.stream", "another stream");
  }

  @Test
  void duplicatesNeedAStreamOfTheirOwn() {
    properties.put("dedup.duplicates.stream", "${topic}.duplicates");
    assertThat(errors().get("dedup.duplicates.stream"))
        .singleElement()
        .asString()
        .contains("dedup.id");

    properties.put("dedup.id", "key");
    assertThat(errors()).isEmpty();
    properties.put("topics", "orders, orders.duplicates");
    assertThat(errors().get("dedup.duplicates.stream"))
        .singleElement()
        .asString()
        .contains("'orders.duplicates' would have both");

    properties.put("dedup.duplicates.stream", "all");
    assertThat(errors().get("dedup.duplicates.stream"))
        .singleElement()
        .asString()
        .contains("'orders' and 'orders.duplicates'");
  }

  @Test
  void deduplicationNeedsALibraryThatIsNotInTheArchive() throws IOException {
    properties.put("dedup.id", "key");
    Config config = new Config(connector.config().validate(properties));
    try (URLClassLoader without = new URLClassLoader(new URL[0], null)) {
      CrossChecks.check(properties, config, without);
    }

    assertThat(config.configValues())
        .filteredOn(value -> !value.errorMessages().isEmpty())
        .singleElement()
        .satisfies(
            value ->
                assertThat(value.errorMessages().toString())
                    .contains("dedup.id", "org.rocksdb:rocksdbjni", "lib"));
  }

  @Test
  void everySettingIsDocumentedAndGrouped() {
    connector
        .config()
        .configKeys()
        .values()
        .forEach(
            key -> {
              assertThat(key.documentation).as(key.name).hasSizeGreaterThan(40);
              assertThat(key.group).as(key.name).isNotNull();
              assertThat(key.displayName).as(key.name).isNotNull();
              assertThat(key.validator).as(key.name).isNotNull();
            });
    assertThat(connector.config().validateAll(properties).get("compression.type"))
        .extracting(ConfigValue::recommendedValues)
        .isEqualTo(List.of("none", "lz4", "zstd", "snappy"));
  }

  @Test
  void givesEachTaskTheSameSettingsAndNeverMoreThanAsked() {
    connector.start(properties);

    assertThat(connector.taskConfigs(3)).hasSize(3).containsOnly(properties);
    assertThat(connector.taskClass()).isEqualTo(VarveSinkTask.class);
  }

  @Test
  void theVersionIsTheBuilds() {
    assertThat(connector.version()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(new VarveSinkTask().version()).isEqualTo(connector.version());
  }

  @Test
  void workersFindItByItsServiceFile() {
    assertThat(ServiceLoader.load(SinkConnector.class))
        .anyMatch(found -> found instanceof VarveSinkConnector);
  }

  private Map<String, List<String>> errors() {
    Map<String, List<String>> errors = new HashMap<>();
    for (ConfigValue value : connector.validate(properties).configValues()) {
      if (!value.errorMessages().isEmpty()) {
        errors.put(value.name(), value.errorMessages());
      }
    }
    return errors;
  }
}
