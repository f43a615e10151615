package io.varve.benchmarks.measure;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle and the ends of some numbers. */
public record Statistics(double median, double min, double max) {

  public static Statistics of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Statistics(median, sorted[0], sorted[sorted.length - 1]);
  }

  public static Statistics of(List<Sample> samples, ToDoubleFunction<Sample> number) {
    return of(samples.stream().mapToDouble(number).toArray());
  }

  /**
   * Of the quotients of two contestants' rates, round by round: two turns of one round had the same
   * neighbours on the machine.
   */
  public static Statistics ofRatios(List<Sample> samples, List<Sample> base) {
    double[] ratios = new double[samples.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = samples.get(i).eventsPerSecond() / base.get(i).eventsPerSecond();
    }
    return of(ratios);
  }
}
