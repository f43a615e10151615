package io.varve.benchmarks.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Results as a Markdown table for each suite.
 *
 * @param backends in the order of the columns
 * @param base the one to which the others are compared
 */
record StateTable(List<String> backends, String base) {

  /** {@code varve} for {@code io.varve.flink.state.VarveStateBackendFactory}. */
  static String shortName(String backend) {
    String name = backend.substring(backend.lastIndexOf('.') + 1);
    return name.replaceFirst("StateBackendFactory$", "").toLowerCase(Locale.ROOT);
  }

  String of(List<Result> results) {
    StringBuilder text = new StringBuilder();
    Map<Suite, List<Result>> bySuite =
        results.stream()
            .collect(Collectors.groupingBy(Result::suite, LinkedHashMap::new, Collectors.toList()));
    bySuite.forEach((suite, rows) -> suite(text, suite, rows));
    return text.toString();
  }

  private void suite(StringBuilder text, Suite suite, List<Result> results) {
    text.append("**").append(suite.title()).append("**\n\n|  | unit |");
    StringBuilder rule = new StringBuilder("| --- | --- |");
    for (String backend : backends) {
      text.append(' ').append(shortName(backend)).append(" |");
      rule.append(" ---: |");
    }
    for (String backend : others()) {
      text.append(" gain of ").append(shortName(backend)).append(" |");
      rule.append(" ---: |");
    }
    text.append('\n').append(rule).append('\n');
    results.stream()
        .collect(Collectors.groupingBy(Result::row, LinkedHashMap::new, Collectors.toList()))
        .forEach((row, rowResults) -> row(text, row, rowResults));
    text.append('\n');
  }

  private void row(StringBuilder text, String row, List<Result> results) {
    String unit =
        results.stream().map(Result::unit).filter(each -> !each.isEmpty()).findFirst().orElse("");
    text.append("| ").append(row).append(" | ").append(unit).append(" |");
    for (String backend : backends) {
      text.append(' ').append(cell(results, backend)).append(" |");
    }
    for (String backend : others()) {
      text.append(' ').append(gain(results, backend, unit)).append(" |");
    }
    text.append('\n');
  }

  private static String cell(List<Result> results, String backend) {
    List<Result> own = results.stream().filter(each -> each.backend().equals(backend)).toList();
    List<Double> values = own.stream().flatMap(each -> each.values().stream()).toList();
    if (values.isEmpty()) {
      return own.isEmpty() ? "–" : "failed";
    }
    boolean failed = own.stream().anyMatch(each -> each.failure() != null);
    return Spread.of(values) + (failed ? ", failed once" : "");
  }

  /**
   * How many times better than the base: the median of the quotients, round by round, since two
   * turns of one round had the same neighbours on the machine.
   */
  private String gain(List<Result> results, String backend, String unit) {
    List<Double> gains = new ArrayList<>();
    for (Result own : results) {
      Result other = find(results, base, own.round());
      if (own.backend().equals(backend)
          && other != null
          && !own.values().isEmpty()
          && !other.values().isEmpty()) {
        double quotient = own.median() / other.median();
        double gain = Result.higherIsBetter(unit) ? quotient : 1 / quotient;
        if (Double.isFinite(gain)) {
          gains.add(gain);
        }
      }
    }
    return gains.isEmpty() ? "–" : Spread.number(Spread.of(gains).median()) + "×";
  }

  private static @Nullable Result find(List<Result> results, String backend, int round) {
    return results.stream()
        .filter(each -> each.backend().equals(backend) && each.round() == round)
        .findFirst()
        .orElse(null);
  }

  private List<String> others() {
    return backends.stream().filter(each -> !each.equals(base)).toList();
  }
}
