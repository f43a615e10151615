package io.varve.connect.sink;

import io.varve.connect.common.config.NameFormat;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** Checks that need more than one setting. They change nothing anywhere. */
final class CrossChecks {

  private final Map<String, String> properties;

  /** Of the settings that are allowed by themselves; a check that lacks one is left out. */
  private final Map<String, Object> values;

  private final ClassLoader libraries;
  private final Map<String, String> problems = new LinkedHashMap<>();

  private CrossChecks(
      Map<String, String> properties, Map<String, Object> values, ClassLoader libraries) {
    this.properties = properties;
    this.values = values;
    this.libraries = libraries;
  }

  /** Adds what is wrong to the values of {@code config}, those without an error so far. */
  static void check(Map<String, String> properties, Config config) {
    check(properties, config, CrossChecks.class.getClassLoader());
  }

  /** The same where {@code libraries} has the plugin's libraries. */
  static void check(Map<String, String> properties, Config config, ClassLoader libraries) {
    Map<String, Object> values = new HashMap<>();
    for (ConfigValue value : config.configValues()) {
      if (value.errorMessages().isEmpty() && value.value() != null) {
        values.put(value.name(), value.value());
      }
    }
    Map<String, String> problems = new CrossChecks(properties, values, libraries).problems();
    for (ConfigValue value : config.configValues()) {
      String problem = problems.get(value.name());
      if (problem != null) {
        value.addErrorMessage(message(value.name(), values, problem));
      }
    }
  }

  /**
   * @throws ConfigException if settings do not fit together
   */
  static void check(Map<String, String> properties) {
    Map<String, Object> values = new HashMap<>();
    new AbstractConfig(SinkConfig.DEFINITION, properties, false)
        .values()
        .forEach(
            (name, value) -> {
              if (value != null) {
                values.put(name, value);
              }
            });
    Map<String, String> problems =
        new CrossChecks(properties, values, CrossChecks.class.getClassLoader()).problems();
    if (!problems.isEmpty()) {
      throw new ConfigException(
          String.join(
              "; ",
              problems.entrySet().stream()
                  .map(each -> message(each.getKey(), values, each.getValue()))
                  .toList()));
    }
  }

  private static String message(String setting, Map<String, Object> values, String problem) {
    return "Invalid value "
        + values.get(setting)
        + " for configuration "
        + setting
        + ": "
        + problem;
  }

  private Map<String, String> problems() {
    streamFormat();
    delays();
    deduplication();
    return problems;
  }

  /** Whether all of these are allowed by themselves. */
  private boolean are(String... settings) {
    return Stream.of(settings).allMatch(values::containsKey);
  }

  private String text(String setting) {
    return String.valueOf(values.get(setting));
  }

  // ---- streams ----

  private void streamFormat() {
    if (are(SinkConfig.STREAM_FORMAT)) {
      String text = text(SinkConfig.STREAM_FORMAT);
      String clash = clash(NameFormat.of(SinkConfig.STREAM_FORMAT, text, SinkConfig.TOPIC));
      if (clash != null) {
        problems.put(SinkConfig.STREAM_FORMAT, clash);
      }
    }
  }

  /** Why {@code format} does not fit the topics, or null. */
  private @Nullable String clash(NameFormat format) {
    List<String> topics = topics();
    if (format.distinguishes()) {
      return tooLong(format, topics);
    }
    if (!properties.getOrDefault("topics.regex", "").isBlank()) {
      return "every topic of topics.regex would be archived as the same stream. Put ${topic} into"
          + " it";
    }
    return topics.size() < 2
        ? null
        : "the topics '"
            + topics.get(0)
            + "' and '"
            + topics.get(1)
            + "' would be archived as the same stream. Put ${topic} into it, or use a connector"
            + " for each topic";
  }

  private static @Nullable String tooLong(NameFormat format, List<String> topics) {
    for (String topic : topics) {
      try {
        format.expand(topic);
      } catch (ConnectException e) {
        return e.getMessage();
      }
    }
    return null;
  }

  private List<String> topics() {
    return Stream.of(properties.getOrDefault("topics", "").split(","))
        .map(String::strip)
        .filter(topic -> !topic.isEmpty())
        .distinct()
        .toList();
  }

  // ---- delayed events ----

  private void delays() {
    String at = DelayPart.DELIVER_AT.setting();
    String after = DelayPart.DELIVER_AFTER.setting();
    String cron = DelayPart.SCHEDULE_CRON.setting();
    if (are(DelaySettings.ENABLED, at, after, cron)
        && Boolean.TRUE.equals(values.get(DelaySettings.ENABLED))
        && text(at).isBlank()
        && text(after).isBlank()
        && text(cron).isBlank()) {
      problems.put(
          DelaySettings.ENABLED,
          "expected "
              + at
              + ", "
              + after
              + " or "
              + cron
              + " to say where to look, found all of them empty");
    }
  }

  // ---- deduplication ----

  private void deduplication() {
    if (!are(Deduplication.ID)) {
      return;
    }
    boolean on = !text(Deduplication.ID).isBlank();
    if (on && !Deduplication.isLibraryThere(libraries)) {
      problems.put(
          Deduplication.ID,
          "expected "
              + Deduplication.LIBRARY
              + " in the plugin's folder lib, which keeps the ids and is not part of this plugin,"
              + " as it is larger than all the rest: put its jar there and restart the worker");
    }
    if (on) {
      compactionKeepsIds();
    }
    duplicatesStream(on);
  }

  private void compactionKeepsIds() {
    String policy = SinkConfig.CLEANUP_POLICY;
    String lag = SinkConfig.MIN_COMPACTION_LAG_MS;
    if (are(policy, lag, Deduplication.TTL)
        && CleanupPolicy.ofSettingName(text(policy)).compacts()
        && TimeSpan.parseMillis(Deduplication.TTL, text(Deduplication.TTL))
            > Long.parseLong(text(lag))) {
      problems.put(
          Deduplication.TTL,
          "expected at most "
              + lag
              + " with "
              + policy
              + "="
              + text(policy)
              + ", found "
              + lag
              + "="
              + text(lag)
              + ": the ids of events that compaction has taken are not remembered");
    }
  }

  private void duplicatesStream(boolean on) {
    String setting = Deduplication.DUPLICATES_STREAM;
    if (!are(setting, SinkConfig.STREAM_FORMAT) || text(setting).isBlank()) {
      return;
    }
    NameFormat format = NameFormat.of(setting, text(setting).strip(), SinkConfig.TOPIC);
    NameFormat streams =
        NameFormat.of(SinkConfig.STREAM_FORMAT, text(SinkConfig.STREAM_FORMAT), SinkConfig.TOPIC);
    String clash = on ? clash(format) : "expected " + Deduplication.ID + " to be set as well";
    if (clash == null && format.toString().equals(streams.toString())) {
      clash = "expected another stream than that of " + SinkConfig.STREAM_FORMAT;
    }
    if (clash == null && !problems.containsKey(SinkConfig.STREAM_FORMAT)) {
      clash =
          topics().stream()
              .map(streams::expand)
              .filter(topics().stream().map(format::expand).toList()::contains)
              .findFirst()
              .map(stream -> "the stream '" + stream + "' would have both events and duplicates")
              .orElse(null);
    }
    if (clash != null) {
      problems.put(setting, clash);
    }
  }
}
