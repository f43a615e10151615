package io.varve.replay;

import java.time.Duration;
import java.util.Locale;

/**
 * Where reading begins when there is no position: what {@code auto.offset.reset} says, or what a
 * seek to begin or end asks for.
 *
 * @param backMs how far back in time {@link Kind#BY_DURATION} begins, else 0
 */
record OffsetReset(Kind kind, long backMs) {

  static final OffsetReset EARLIEST = new OffsetReset(Kind.EARLIEST, 0);
  static final OffsetReset LATEST = new OffsetReset(Kind.LATEST, 0);
  static final OffsetReset NONE = new OffsetReset(Kind.NONE, 0);

  private static final String BY_DURATION = "by_duration:";

  enum Kind {
    EARLIEST,
    LATEST,
    NONE,
    BY_DURATION
  }

  /** What a value of {@code auto.offset.reset}, which Kafka has checked, means. */
  static OffsetReset parse(String setting) {
    String text = setting.toLowerCase(Locale.ROOT);
    if (text.startsWith(BY_DURATION)) {
      return new OffsetReset(
          Kind.BY_DURATION, Duration.parse(setting.substring(BY_DURATION.length())).toMillis());
    }
    return switch (text) {
      case "earliest" -> EARLIEST;
      case "latest" -> LATEST;
      default -> NONE;
    };
  }
}
