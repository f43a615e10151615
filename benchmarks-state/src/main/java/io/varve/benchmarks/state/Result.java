package io.varve.benchmarks.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one row of a suite gave in one round. Immutable.
 *
 * @param unit of the values; see {@link #higherIsBetter}
 * @param values one for each measurement; none if it failed
 * @param answer what a job computed, which is to be the same with all backends; null if none did
 * @param failure why it failed
 */
record Result(
    String backend,
    int round,
    Suite suite,
    String row,
    String unit,
    List<Double> values,
    @Nullable String answer,
    @Nullable String failure) {

  /** Rates are; durations, bytes and counts of files aren't. */
  static boolean higherIsBetter(String unit) {
    return unit.endsWith("/ms") || unit.endsWith("/s");
  }

  double median() {
    return Spread.of(values).median();
  }
}
