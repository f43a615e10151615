package io.varve.flink.source;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where reading begins or ends: a place in each partition.
 *
 * <p>Thread: immutable.
 */
public final class LogPlace implements Serializable {

  private static final long serialVersionUID = 1L;

  /** What tells the place. */
  public enum Kind {
    EARLIEST,
    LATEST,
    OFFSETS,
    TIME,
    COMMITTED
  }

  private final Kind kind;
  private final Map<String, Long> offsets;
  private final long timeMs;
  private final String group;
  private final @Nullable LogPlace otherwise;

  private LogPlace(
      Kind kind,
      Map<String, Long> offsets,
      long timeMs,
      String group,
      @Nullable LogPlace otherwise) {
    this.kind = kind;
    this.offsets = offsets;
    this.timeMs = timeMs;
    this.group = group;
    this.otherwise = otherwise;
  }

  private LogPlace(Kind kind, Map<String, Long> offsets, long timeMs) {
    this(kind, offsets, timeMs, "", null);
  }

  /** The first event that retention has left. */
  public static LogPlace earliest() {
    return new LogPlace(Kind.EARLIEST, Map.of(), 0);
  }

  /** Behind the last event that there is when the job begins. */
  public static LogPlace latest() {
    return new LogPlace(Kind.LATEST, Map.of(), 0);
  }

  /**
   * An offset in each partition: the first to be read, or the first not to be read any more. A
   * partition that isn't named is read from its first event, or to the last that it has when the
   * job begins.
   */
  public static LogPlace offsets(Map<LogName, Long> offsets) {
    TreeMap<String, Long> byName = new TreeMap<>();
    offsets.forEach(
        (log, offset) -> {
          if (offset < 0) {
            throw new IllegalArgumentException(
                "Offset " + offset + " of " + log + ": expected a number from 0");
          }
          byName.put(log.toString(), offset);
        });
    return new LogPlace(Kind.OFFSETS, byName, 0);
  }

  /**
   * As a start: only events with this timestamp or a later one, wherever they stand. As an end:
   * only events with an earlier timestamp, of those that are there when the job begins. Events
   * without a timestamp are left out.
   *
   * @param timeMs milliseconds since the Unix epoch
   */
  public static LogPlace time(long timeMs) {
    return new LogPlace(Kind.TIME, Map.of(), timeMs);
  }

  /**
   * Where a group of consumers is that the store keeps: behind what it has committed when the job
   * begins. The job fails if the group has committed nothing of a partition.
   */
  public static LogPlace committed(String group) {
    return new LogPlace(Kind.COMMITTED, Map.of(), 0, checkGroup(group), null);
  }

  /**
   * The same, with another place for partitions of which the group has committed nothing, or only
   * of another generation of the stream.
   *
   * @param otherwise {@link #earliest} or {@link #latest}
   */
  public static LogPlace committed(String group, LogPlace otherwise) {
    if (otherwise.kind != Kind.EARLIEST && otherwise.kind != Kind.LATEST) {
      throw new IllegalArgumentException(
          "A place for partitions without a committed offset: expected earliest or latest, found "
              + otherwise);
    }
    return new LogPlace(Kind.COMMITTED, Map.of(), 0, checkGroup(group), otherwise);
  }

  static String checkGroup(String group) {
    if (group.isBlank()) {
      throw new IllegalArgumentException("The group's name is empty: expected one");
    }
    return group;
  }

  public Kind kind() {
    return kind;
  }

  /** The time in milliseconds, if that is what tells the place. */
  public long timeMs() {
    return timeMs;
  }

  /** The offset for a partition, or {@code otherwise} if none is given for it. */
  public long offset(LogName log, long otherwise) {
    return offsets.getOrDefault(log.toString(), otherwise);
  }

  /** The group, if what it has committed tells the place. */
  public String group() {
    return group;
  }

  /** The place where the group has committed nothing; null: there is none. */
  public @Nullable LogPlace otherwise() {
    return otherwise;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case EARLIEST -> "earliest";
      case LATEST -> "latest";
      case OFFSETS -> "offsets " + offsets;
      case TIME -> "time " + timeMs;
      case COMMITTED ->
          "committed by '" + group + "'" + (otherwise == null ? "" : ", otherwise " + otherwise);
    };
  }
}
