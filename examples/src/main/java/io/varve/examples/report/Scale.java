package io.varve.examples.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps values from zero up to positions on the page, with round marks.
 *
 * <p>Thread: immutable.
 *
 * @param max the value at {@code end}
 * @param start the position of zero
 */
public record Scale(double max, double start, double end) {

  public double at(double value) {
    return max == 0 ? start : start + (end - start) * value / max;
  }

  /** About {@code count} round numbers from zero to {@link #max}. */
  public List<Double> marks(int count) {
    double rough = Math.max(max, 1e-9) / count;
    double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = 10 * magnitude;
    for (double factor : new double[] {1, 2, 5}) {
      if (rough <= factor * magnitude) {
        step = factor * magnitude;
        break;
      }
    }
    List<Double> marks = new ArrayList<>();
    for (int i = 0; i * step <= max * 1.0001; i++) {
      marks.add(i * step);
    }
    return marks;
  }
}
