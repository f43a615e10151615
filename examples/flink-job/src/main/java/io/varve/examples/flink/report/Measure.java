package io.varve.examples.flink.report;

import io.varve.examples.report.Html;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The rows of the table. */
enum Measure {
  THROUGHPUT("events a second, outages left out", "", true, Figures::eventsPerSecond),
  CHECKPOINTS("checkpoints", "", false, Figures::checkpointCount),
  CHECKPOINT("checkpoint, median", "ms", true, Figures::checkpointMs),
  CHECKPOINT_MAX("checkpoint, longest", "ms", false, Figures::checkpointMsMax),
  NEW_BYTES("written by a checkpoint, mean", "MiB", true, Figures::newBytes),
  STATE("state, largest", "MiB", false, Figures::stateBytesMax),
  AFTER_KILL("restore after the kill", "ms", true, Figures::afterKillMs),
  RESCALED("restore, rescaled, native savepoint", "ms", true, Figures::rescaledMs),
  FROM_OTHER("restore from the other's savepoint", "ms", true, Figures::fromOtherMs),
  NATIVE("stop with a native savepoint", "ms", false, Figures::nativeMs),
  CANONICAL("stop with a canonical savepoint", "ms", false, Figures::canonicalMs),
  MEMORY("peak memory of a task manager", "MiB", true, Figures::memoryBytes);

  final String words;
  final boolean drawn;
  final Function<Figures, OptionalDouble> of;
  private final String unit;

  Measure(String words, String unit, boolean drawn, Function<Figures, OptionalDouble> of) {
    this.words = words;
    this.unit = unit;
    this.drawn = drawn;
    this.of = of;
  }

  String text(Figures figures) {
    OptionalDouble found = of.apply(figures);
    if (found.isEmpty()) {
      return "–";
    }
    double value = found.getAsDouble();
    return switch (unit) {
      case "MiB" -> String.format(Locale.ROOT, "%,.1f MiB", value / (1 << 20));
      case "ms" -> Html.number(Math.round(value)) + " ms";
      default -> Html.number(Math.round(value));
    };
  }
}
