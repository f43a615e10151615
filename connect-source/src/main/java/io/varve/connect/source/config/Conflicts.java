package io.varve.connect.source.config;

import static io.varve.SchedulerSettings.READY_SUFFIX;
import static io.varve.connect.source.config.SourceConfigDef.*;

import io.varve.connect.common.config.NameFormat;
import io.varve.connect.common.config.PointInTime;
import io.varve.connect.source.config.SourceSettings.Conflict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds settings that are legal alone and not together. */
final class Conflicts {

  /** What says which part of a stream is replayed, and how fast. */
  private static final List<String> NOT_SCHEDULED =
      List.of(
          START_OFFSET,
          START_TIME,
          END_OFFSET,
          END_TIME,
          FILTER,
          PROGRESS_TOPIC,
          PROGRESS_INTERVAL_MS,
          KEEP_TIMESTAMP,
          SPEED,
          SPEED_GAP_MS_MAX);

  private Conflicts() {}

  /**
   * @param values by name, of the types in {@link SourceConfigDef}; null or absent where not set or
   *     not legal by itself
   * @param given the names of those that somebody has set
   */
  static List<Conflict> find(Map<String, ? extends @Nullable Object> values, Set<String> given) {
    List<Conflict> found = new ArrayList<>();
    if (values.get(MODE) instanceof String mode) {
      boolean scheduled = Mode.parse(mode) == Mode.SCHEDULED;
      otherMode(scheduled, given, found);
      if (scheduled && values.get(STREAMS) instanceof String streams) {
        readyLogs(StreamSelection.parse(streams), found);
      }
    }
    ownTopic(values, found);
    onlyOne(values, START_OFFSET, START_TIME, found);
    onlyOne(values, END_OFFSET, END_TIME, found);
    if (values.get(MODE) instanceof String mode && mode.trim().equalsIgnoreCase("tail")) {
      noEnd(values, END_OFFSET, found);
      noEnd(values, END_TIME, found);
    }
    if (values.get(START_OFFSET) instanceof Long start
        && values.get(END_OFFSET) instanceof Long end
        && end <= start) {
      found.add(
          new Conflict(
              END_OFFSET,
              "the end " + end + " must be after the start (start.offset=" + start + ")"));
    }
    if (values.get(START_TIME) instanceof String start
        && values.get(END_TIME) instanceof String end
        && PointInTime.parseMillis(END_TIME, end) <= PointInTime.parseMillis(START_TIME, start)) {
      found.add(
          new Conflict(
              END_TIME, "the end " + end + " must be after the start (start.time=" + start + ")"));
    }
    return found;
  }

  private static void otherMode(boolean scheduled, Set<String> given, List<Conflict> found) {
    for (String name : scheduled ? NOT_SCHEDULED : ScheduleConfig.NAMES) {
      if (given.contains(name)) {
        found.add(
            new Conflict(
                name,
                scheduled
                    ? "not with mode=scheduled, which delivers each delayed event when it is due; take"
                        + " the setting away, or use mode=replay or mode=tail"
                    : "only with mode=scheduled; take the setting away, or set that mode"));
      }
    }
  }

  private static void readyLogs(StreamSelection streams, List<Conflict> found) {
    for (String name : streams.namesWithSuffix(READY_SUFFIX)) {
      found.add(
          new Conflict(
              STREAMS,
              "with mode=scheduled '"
                  + name
                  + "' is where events go when they are due; expected the stream that they come from, '"
                  + name.substring(0, name.length() - READY_SUFFIX.length())
                  + "'"));
    }
  }

  /** What tells of progress must not stand between the events. */
  private static void ownTopic(
      Map<String, ? extends @Nullable Object> values, List<Conflict> found) {
    if (values.get(PROGRESS_TOPIC) instanceof String topic
        && values.get(TOPIC_FORMAT) instanceof String text
        && values.get(STREAMS) instanceof String streams) {
      NameFormat format = NameFormat.of(TOPIC_FORMAT, text, "stream");
      boolean clashes =
          format.distinguishes()
              ? StreamSelection.parse(streams).namesWithSuffix("").stream()
                  .anyMatch(name -> text.replace("${stream}", name).equals(topic))
              : text.equals(topic);
      if (clashes) {
        found.add(
            new Conflict(
                PROGRESS_TOPIC,
                "events are replayed into '" + topic + "'; expected a topic of its own"));
      }
    }
  }

  private static void onlyOne(
      Map<String, ? extends @Nullable Object> values, String a, String b, List<Conflict> found) {
    if (values.get(a) != null && values.get(b) != null) {
      found.add(new Conflict(b, "set either " + a + " or " + b + ", not both"));
    }
  }

  private static void noEnd(
      Map<String, ? extends @Nullable Object> values, String name, List<Conflict> found) {
    if (values.get(name) != null) {
      found.add(new Conflict(name, "a tail has no end; use mode=replay to stop at one"));
    }
  }
}
