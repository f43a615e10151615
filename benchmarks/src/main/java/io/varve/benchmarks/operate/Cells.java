package io.varve.benchmarks.operate;

import io.varve.benchmarks.measure.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A Markdown table whose first column is text and whose other ones are numbers. */
final class Cells {

  private final StringBuilder text = new StringBuilder();

  Cells(String title, String... columns) {
    text.append("**").append(title).append("**\n\n|  |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (String column : columns) {
      text.append(' ').append(column).append(" |");
      rule.append(" ---: |");
    }
    text.append('\n').append(rule).append('\n');
  }

  void row(String name, Object... cells) {
    text.append("| ").append(name).append(" |");
    for (Object cell : cells) {
      text.append(' ').append(cell).append(" |");
    }
    text.append('\n');
  }

  /** The median of some numbers and their ends, with so many digits. */
  static String spread(List<Double> numbers, int digits) {
    Statistics spread = statistics(numbers);
    return number(spread.median(), digits)
        + " ("
        + number(spread.min(), digits)
        + "–"
        + number(spread.max(), digits)
        + ")";
  }

  static String number(double number, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", number);
  }

  static double median(List<Double> numbers) {
    return statistics(numbers).median();
  }

  /** The median of the quotients, turn by turn. */
  static double ratio(List<Double> numbers, List<Double> base) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      ratios.add(numbers.get(i) / base.get(i));
    }
    return median(ratios);
  }

  private static Statistics statistics(List<Double> numbers) {
    return Statistics.of(numbers.stream().mapToDouble(Double::doubleValue).toArray());
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
