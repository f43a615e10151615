package io.varve.connect.source;

import io.varve.connect.source.config.SourceConfigDef;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.config.SourceSettings.Conflict;
import io.varve.connect.source.plan.StoreCheck;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigValue;

/** Adds what is wrong with settings together to what is wrong with each. */
final class Validation {

  private Validation() {}

  /**
   * @param each the settings, each checked by itself
   */
  static Config of(Config each, Map<String, String> props) {
    Map<String, ConfigValue> byName = new HashMap<>();
    each.configValues().forEach(value -> byName.put(value.name(), value));
    List<Conflict> conflicts = SourceSettings.conflicts(legal(byName), props.keySet());
    add(conflicts, byName);
    boolean sound =
        conflicts.isEmpty()
            && SourceConfigDef.create().names().stream()
                .map(byName::get)
                .allMatch(value -> value == null || value.errorMessages().isEmpty());
    if (sound) {
      add(StoreCheck.find(SourceSettings.parse(props), topicPartitions(props)), byName);
    }
    return each;
  }

  /** How many partitions the worker gives a topic that it makes, or -1 if that isn't known. */
  private static int topicPartitions(Map<String, String> props) {
    if (props.containsKey("topic.creation.groups")) {
      return -1;
    }
    try {
      return Integer.parseInt(props.getOrDefault("topic.creation.default.partitions", "-1").trim());
    } catch (NumberFormatException e) {
      // The worker says what is wrong with its own setting.
      return -1;
    }
  }

  private static Map<String, Object> legal(Map<String, ConfigValue> byName) {
    Map<String, Object> legal = new HashMap<>();
    byName.forEach(
        (name, value) -> {
          if (value.value() != null && value.errorMessages().isEmpty()) {
            legal.put(name, value.value());
          }
        });
    return legal;
  }

  private static void add(List<Conflict> conflicts, Map<String, ConfigValue> byName) {
    for (Conflict conflict : conflicts) {
      ConfigValue value = byName.get(conflict.setting());
      if (value != null) {
        value.addErrorMessage(conflict.setting() + ": " + conflict.message());
      }
    }
  }
}
