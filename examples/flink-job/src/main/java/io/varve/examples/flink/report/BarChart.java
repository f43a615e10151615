package io.varve.examples.flink.report;

import io.varve.examples.report.Scale;
import io.varve.examples.report.Svg;
import java.util.Arrays;
import java.util.List;

/** Draws the measures, a pair of bars each on a scale of its own. */
final class BarChart {
  private static final int WIDTH = 960;
  private static final int LEFT = 290;
  private static final int RIGHT = 820;
  private static final int PAIR = 48;
  private static final int BAR = 14;

  private BarChart() {}

  static String draw(Outcome outcome) {
    List<Measure> drawn = Arrays.stream(Measure.values()).filter(one -> one.drawn).toList();
    Svg svg = new Svg(WIDTH, PAIR * drawn.size() + 12, "Both backends side by side");
    int top = 8;
    for (Measure measure : drawn) {
      double most = 0;
      for (Backend backend : Backend.values()) {
        most = Math.max(most, measure.of.apply(outcome.of(backend)).orElse(0));
      }
      Scale x = new Scale(most, LEFT, RIGHT);
      svg.text("label", "end", LEFT - 12, top + BAR + 5, measure.words);
      int y = top;
      for (Backend backend : Backend.values()) {
        double value = measure.of.apply(outcome.of(backend)).orElse(0);
        String text = measure.text(outcome.of(backend));
        svg.rect("area " + backend.style, LEFT, y, x.at(value) - LEFT, BAR, backend.words);
        svg.text("tick", "start", x.at(value) + 8, y + BAR - 2, text);
        y += BAR + 2;
      }
      top += PAIR;
    }
    return svg.toString();
  }
}
