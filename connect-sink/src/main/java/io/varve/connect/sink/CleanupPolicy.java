package io.varve.connect.sink;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What becomes of a partition's old events; the names are Kafka's. */
enum CleanupPolicy {
  /** Whole segments go, by age and bytes. */
  DELETE,
  /** The latest event of each key stays. */
  COMPACT,
  /** Both. */
  COMPACT_DELETE;

  boolean deletes() {
    return this != COMPACT;
  }

  boolean compacts() {
    return this != DELETE;
  }

  /** The name in settings. */
  String settingName() {
    return name().toLowerCase(Locale.ROOT).replace('_', ',');
  }

  static List<String> settingNames() {
    return Arrays.stream(values()).map(CleanupPolicy::settingName).toList();
  }

  static CleanupPolicy ofSettingName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace(',', '_'));
  }
}
