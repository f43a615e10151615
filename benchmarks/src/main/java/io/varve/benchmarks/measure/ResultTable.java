package io.varve.benchmarks.measure;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Samples as a Markdown table: rates, and ratios to some of the turns.
 *
 * @param title its heading
 * @param eventBytes size of an event's value
 * @param bases names of those to which the others are compared
 */
public record ResultTable(String title, int eventBytes, List<String> bases) {

  /** {@code 100 B} or {@code 1 KiB}. */
  public static String size(int bytes) {
    return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " B";
  }

  public String of(Map<String, List<Sample>> samples) {
    boolean heap =
        samples.values().stream()
            .flatMap(List::stream)
            .anyMatch(each -> each.allocatedBytes() != Sample.NOT_MEASURED);
    StringBuilder text = new StringBuilder();
    text.append("**").append(title).append("**\n\n|  | M events/s | min–max | MB/s |");
    StringBuilder rule = new StringBuilder("| --- | ---: | ---: | ---: |");
    for (String base : bases) {
      text.append(" ÷ ").append(base).append(" |");
      rule.append(" ---: |");
    }
    text.append(heap ? " CPU ns/event | heap B/event |\n" : " CPU ns/event |\n");
    text.append(rule).append(heap ? " ---: | ---: |\n" : " ---: |\n");
    samples.forEach((name, turns) -> row(text, name, turns, samples, heap));
    return text.append('\n').toString();
  }

  private void row(
      StringBuilder text,
      String name,
      List<Sample> turns,
      Map<String, List<Sample>> samples,
      boolean heap) {
    Statistics rate = Statistics.of(turns, Sample::eventsPerSecond);
    text.append(
        format(
            "| %s | %.2f | %.2f–%.2f | %.0f |",
            name,
            rate.median() / 1e6,
            rate.min() / 1e6,
            rate.max() / 1e6,
            rate.median() * eventBytes / 1e6));
    for (String base : bases) {
      List<Sample> baseTurns = samples.get(base);
      text.append(
          baseTurns == null
              ? " – |"
              : format(" %.2f |", Statistics.ofRatios(turns, baseTurns).median()));
    }
    text.append(format(" %.0f |", Statistics.of(turns, Sample::cpuNanosPerEvent).median()));
    if (heap) {
      text.append(format(" %.1f |", Statistics.of(turns, Sample::allocatedBytesPerEvent).median()));
    }
    text.append('\n');
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
