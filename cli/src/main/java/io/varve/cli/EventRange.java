package io.varve.cli;

import io.varve.ReadRange;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events of a log: options that several commands have. */
final class EventRange {

  @Option(names = "--from-offset", paramLabel = "N", description = "Events from this offset on.")
  private @Nullable Long fromOffset;

  @Option(names = "--to-offset", paramLabel = "N", description = "Events below this offset.")
  private @Nullable Long toOffset;

  @Option(
      names = "--from-time",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Events with this timestamp or a later one: ISO-8601, such as 2026-11-20 or"
              + " 2026-11-20T12:00:00Z, or milliseconds since 1970.")
  private @Nullable Long fromTimeMs;

  @Option(
      names = "--to-time",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Events with an earlier timestamp.")
  private @Nullable Long toTimeMs;

  /** The range, in a log as it grows. */
  ReadRange toReadRange() {
    ReadRange range = ReadRange.all();
    if (fromOffset != null || toOffset != null) {
      range =
          range.withOffsets(
              fromOffset == null ? 0 : fromOffset, toOffset == null ? Long.MAX_VALUE : toOffset);
    }
    if (fromTimeMs != null || toTimeMs != null) {
      range =
          range.withTimes(
              fromTimeMs == null ? Long.MIN_VALUE : fromTimeMs,
              toTimeMs == null ? Long.MAX_VALUE : toTimeMs);
    }
    return range;
  }

  /** The range in a log as it is now, whatever comes. */
  ReadRange upTo(long nextOffset) {
    ReadRange range = toReadRange();
    return range.withOffsets(
        range.fromOffset(), Math.max(range.fromOffset(), Math.min(range.toOffset(), nextOffset)));
  }
}
