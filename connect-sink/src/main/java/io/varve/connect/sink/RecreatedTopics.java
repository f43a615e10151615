package io.varve.connect.sink;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What to do when a topic's events are not those that were archived under their offsets. */
enum RecreatedTopics {
  /** Archive the topic from its first event into the stream's next generation. */
  NEW_GENERATION,
  /** Fail the task and change nothing. */
  FAIL,
  /** Take whatever comes below the archive's end for a redelivery, without looking. */
  IGNORE;

  /** The name in settings. */
  String settingName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  static List<String> settingNames() {
    return Arrays.stream(values()).map(RecreatedTopics::settingName).toList();
  }

  static RecreatedTopics ofSettingName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('.', '_'));
  }
}
