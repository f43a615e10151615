package io.varve.benchmarks.state;

import java.util.List;
import java.util.Locale;

/** The middle and the ends of some numbers. Immutable. */
record Spread(double median, double min, double max) {

  static Spread of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  @Override
  public String toString() {
    return min == max
        ? number(median)
        : number(median) + " (" + number(min) + "–" + number(max) + ")";
  }

  /** Three digits that count. */
  static String number(double number) {
    double size = Math.abs(number);
    int digits =
        number == Math.rint(number) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + digits + "f", number);
  }
}
