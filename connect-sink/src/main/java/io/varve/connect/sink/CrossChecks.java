package io.varve.connect.sink;

import io.varve.connect.common.config.NameFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** Checks that need more than one setting. They change nothing anywhere. */
final class CrossChecks {

  private CrossChecks() {}

  /** Adds what is wrong to the values of {@code config}, those without an error so far. */
  static void check(Map<String, String> properties, Config config) {
    for (ConfigValue value : config.configValues()) {
      if (value.name().equals(SinkConfig.STREAM_FORMAT) && value.errorMessages().isEmpty()) {
        String clash = clash(format(value.value()), properties);
        if (clash != null) {
          value.addErrorMessage(message(value.value(), clash));
        }
      }
    }
  }

  /**
   * @throws ConfigException if the topics and the stream format do not fit
   */
  static void check(SinkSettings settings, Map<String, String> properties) {
    String clash = clash(settings.streamFormat(), properties);
    if (clash != null) {
      throw new ConfigException(message(settings.streamFormat(), clash));
    }
  }

  private static NameFormat format(Object value) {
    return NameFormat.of(SinkConfig.STREAM_FORMAT, value.toString(), SinkConfig.TOPIC);
  }

  private static String message(Object value, String problem) {
    return "Invalid value "
        + value
        + " for configuration "
        + SinkConfig.STREAM_FORMAT
        + ": "
        + problem;
  }

  /** Why {@code format} does not fit the topics of {@code properties}, or null. */
  private static @Nullable String clash(NameFormat format, Map<String, String> properties) {
    List<String> topics = topics(properties).distinct().toList();
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

  private static Stream<String> topics(Map<String, String> properties) {
    return Stream.of(properties.getOrDefault("topics", "").split(","))
        .map(String::strip)
        .filter(topic -> !topic.isEmpty());
  }
}
