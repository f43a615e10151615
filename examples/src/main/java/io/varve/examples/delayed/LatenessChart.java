package io.varve.examples.delayed;

import io.varve.examples.report.Html;
import io.varve.examples.report.Scale;
import io.varve.examples.report.Svg;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws lateness: over the run, a column for each moment from the least to the most with the median
 * marked; and over all messages, how many were at most how late.
 */
final class LatenessChart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 300;
  private static final int TOP = 34;
  private static final int BOTTOM = 250;
  private static final int RUN_LEFT = 52;
  private static final int RUN_RIGHT = 560;
  private static final int ALL_LEFT = 640;
  private static final int ALL_RIGHT = 936;
  private static final int COLUMNS = 120;
  private static final double[] PERCENTS = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};

  /** The looks of a picture that stands by itself. */
  private static final String STYLE =
      """
      <style>
      svg { font: 12px system-ui, "DejaVu Sans", sans-serif; background: #fbfaf8 }
      text { fill: #1d2327 } .tick { fill: #667079 } .label { font-weight: 600 }
      .grid { stroke: #e2dfd9 } .axis { stroke: #667079; stroke-opacity: .6 }
      .bar { fill: #b9c4cb } .bar.slice { fill: #d9730d } .curve { fill: none; stroke-width: 2.2 }
      .curve.s1 { stroke: #17795e }
      </style>
      """;

  private final List<Arrival> arrivals;
  private final Lateness lateness;
  private final Svg svg;
  private final Scale y;

  private LatenessChart(List<Arrival> arrivals) {
    this.arrivals = arrivals;
    this.lateness = Lateness.of(arrivals);
    this.svg =
        new Svg(
            WIDTH,
            HEIGHT,
            "Lateness of %s messages: %s".formatted(Html.number(arrivals.size()), lateness));
    this.y = new Scale(Math.max(1, lateness.max()), BOTTOM, TOP);
  }

  /** The picture as a part of a page. */
  static String draw(List<Arrival> arrivals) {
    LatenessChart chart = new LatenessChart(arrivals);
    chart.milliseconds(RUN_LEFT, RUN_RIGHT);
    chart.overTheRun();
    chart.milliseconds(ALL_LEFT, ALL_RIGHT);
    chart.ofAll();
    return chart.svg.toString();
  }

  /** The picture as a file of its own. */
  static String file(List<Arrival> arrivals) {
    String drawn = draw(arrivals);
    int open = drawn.indexOf('>') + 1;
    return drawn.substring(0, open).replace("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ")
        + "\n"
        + STYLE
        + drawn.substring(open + 1);
  }

  private void milliseconds(int left, int right) {
    for (double mark : y.marks(4)) {
      svg.line("grid", left, y.at(mark), right, y.at(mark));
      svg.text("tick", "end", left - 8, y.at(mark) + 4, Html.shortNumber(mark) + " ms");
    }
  }

  private void overTheRun() {
    long firstMs = arrivals.stream().mapToLong(Arrival::dueMs).min().orElse(0);
    long lastMs = arrivals.stream().mapToLong(Arrival::dueMs).max().orElse(0);
    Scale x = new Scale(Math.max(1, lastMs - firstMs + 1), RUN_LEFT, RUN_RIGHT);
    List<List<Arrival>> columns = new ArrayList<>();
    for (int i = 0; i < COLUMNS; i++) {
      columns.add(new ArrayList<>());
    }
    for (Arrival arrival : arrivals) {
      columns
          .get((int) ((arrival.dueMs() - firstMs) * COLUMNS / (lastMs - firstMs + 1)))
          .add(arrival);
    }
    double width = (RUN_RIGHT - RUN_LEFT) / (double) COLUMNS;
    for (int i = 0; i < COLUMNS; i++) {
      if (!columns.get(i).isEmpty()) {
        Lateness of = Lateness.of(columns.get(i));
        double left = RUN_LEFT + i * width;
        double top = y.at(of.max());
        String title = "%s messages: %s".formatted(Html.number(of.count()), of);
        svg.rect("bar", left, top, width - 0.8, y.at(of.percentile(0)) - top + 1, title);
        svg.rect("bar slice", left, y.at(of.percentile(50)) - 1, width - 0.8, 2, title);
      }
    }
    svg.line("axis", RUN_LEFT, BOTTOM, RUN_RIGHT, BOTTOM);
    for (double mark : new Scale(x.max() / 1000, RUN_LEFT, RUN_RIGHT).marks(6)) {
      svg.text("tick", "middle", x.at(mark * 1000), BOTTOM + 18, Html.shortNumber(mark) + " s");
    }
    svg.text(
        "label", "start", RUN_LEFT, TOP - 16, "from least to most, and the median, by due time");
  }

  /** The axis goes by how few are later: ten times fewer are as far away each time. */
  private void ofAll() {
    double rightmost = position(100);
    StringBuilder path = new StringBuilder();
    double shownTo = Double.NEGATIVE_INFINITY;
    for (double percent : PERCENTS) {
      double at = ALL_LEFT + (ALL_RIGHT - ALL_LEFT) * position(percent) / rightmost;
      path.append(Svg.point(path.isEmpty() ? 'M' : 'L', at, y.at(lateness.percentile(percent))));
      if (at - shownTo > 42) {
        svg.line("axis", at, BOTTOM, at, BOTTOM + 4);
        svg.text("tick", "middle", at, BOTTOM + 18, percentText(percent));
        shownTo = at;
      }
    }
    svg.path("curve s1", path.toString(), lateness.toString());
    svg.line("axis", ALL_LEFT, BOTTOM, ALL_RIGHT, BOTTOM);
    svg.text("label", "start", ALL_LEFT, TOP - 16, "so many percent were at most as late");
    svg.text(
        "tick",
        "start",
        RUN_LEFT,
        HEIGHT - 8,
        "%s messages: %s".formatted(Html.number(lateness.count()), lateness));
  }

  private double position(double percent) {
    double leftOver = Math.max(100 - percent, 100.0 / Math.max(10, lateness.count()));
    return Math.log10(100 / leftOver);
  }

  private static String percentText(double percent) {
    String text = Double.toString(percent);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
