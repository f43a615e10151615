package io.varve.examples.report;

import io.varve.examples.report.RunTimeline.Sample;
import io.varve.examples.report.RunTimeline.Series;
import io.varve.examples.report.RunTimeline.Span;
import java.util.List;

/**
 * Draws the run: above, how many events had got where; below, a lane of rates for each, every lane
 * with a scale of its own.
 */
final class RunChart {
  private static final int WIDTH = 960;
  private static final int LEFT = 52;
  private static final int RIGHT = 952;
  private static final int TOP = 40;
  private static final int TOTALS_BOTTOM = 280;
  private static final int LANES_TOP = 318;
  private static final int LANE = 62;
  private static final int LANE_BAR = 38;
  private static final int BOTTOM = LANES_TOP + LANE * Series.values().length;

  private final RunTimeline timeline;
  private final Svg svg;
  private final Scale x;

  private RunChart(RunTimeline timeline) {
    this.timeline = timeline;
    this.svg =
        new Svg(
            WIDTH,
            BOTTOM + 30,
            "Events produced, archived and replayed over the seconds of the run");
    this.x = new Scale(timeline.endSeconds(), LEFT, RIGHT);
  }

  static String draw(RunTimeline timeline) {
    RunChart chart = new RunChart(timeline);
    chart.phases();
    chart.totals();
    chart.lanes();
    chart.seconds();
    chart.kills();
    return chart.svg.toString();
  }

  private void phases() {
    for (Span phase : timeline.phases()) {
      double left = x.at(phase.fromSeconds());
      double right = x.at(phase.toSeconds());
      svg.line("phase", left + 1, TOP - 22, right - 1, TOP - 22);
      // A label only where there is room for it.
      if (right - left > 6.2 * phase.label().length()) {
        svg.text("tick", "middle", (left + right) / 2, TOP - 28, phase.label());
      }
    }
  }

  private void totals() {
    long most = 0;
    for (Sample sample : timeline.samples()) {
      for (Series series : Series.values()) {
        most = Math.max(most, series.count.applyAsLong(sample));
      }
    }
    Scale y = new Scale(most, TOTALS_BOTTOM, TOP);
    for (double mark : y.marks(4)) {
      svg.line("grid", LEFT, y.at(mark), RIGHT, y.at(mark));
      svg.text("tick", "end", LEFT - 8, y.at(mark) + 4, Html.shortNumber(mark));
    }
    for (Series series : Series.values()) {
      StringBuilder path = new StringBuilder();
      List<Sample> samples = timeline.samples();
      for (int i = 0; i < samples.size(); i++) {
        boolean nothingYet =
            i + 1 < samples.size() && series.count.applyAsLong(samples.get(i + 1)) == 0;
        if (!nothingYet) {
          double top = y.at(series.count.applyAsLong(samples.get(i)));
          char command = path.isEmpty() ? 'M' : 'L';
          path.append(Svg.point(command, x.at(samples.get(i).seconds()), top));
        }
      }
      svg.path("curve " + series.style(), path.toString(), "events " + series.words);
    }
  }

  private void lanes() {
    for (Series series : Series.values()) {
      double base = LANES_TOP + LANE * (series.ordinal() + 1) - 6.0;
      double[] rates = timeline.rates(series);
      double peak = 0;
      for (double rate : rates) {
        peak = Math.max(peak, rate);
      }
      Scale y = new Scale(peak, base, base - LANE_BAR);
      StringBuilder path = new StringBuilder(Svg.point('M', x.at(0), base));
      for (int i = 0; i < rates.length; i++) {
        path.append(Svg.point('L', x.at(timeline.samples().get(i).seconds()), y.at(rates[i])));
        path.append(Svg.point('L', x.at(timeline.samples().get(i + 1).seconds()), y.at(rates[i])));
      }
      path.append(Svg.point('L', x.at(timeline.endSeconds()), base)).append('Z');
      String title = "%s: peak %s events/s".formatted(series.words, Html.number((long) peak));
      svg.path("area " + series.style(), path.toString(), title);
      svg.line("axis", LEFT, base, RIGHT, base);
      svg.text("label " + series.style(), "start", LEFT, base - LANE_BAR - 6, title);
    }
  }

  private void seconds() {
    for (double mark : x.marks(10)) {
      svg.line("axis", x.at(mark), TOTALS_BOTTOM, x.at(mark), TOTALS_BOTTOM + 4);
      svg.text(
          "tick",
          x.at(mark) > RIGHT - 16 ? "end" : "middle",
          x.at(mark),
          BOTTOM + 14,
          Html.shortNumber(mark) + " s");
    }
    svg.line("axis", LEFT, TOTALS_BOTTOM, RIGHT, TOTALS_BOTTOM);
  }

  private void kills() {
    for (Span outage : timeline.outages()) {
      double left = x.at(outage.fromSeconds());
      double right = x.at(outage.toSeconds());
      svg.rect("outage", left, TOP, right - left, BOTTOM - 6.0 - TOP, outage.label());
      svg.line("kill", left, TOP - 6, left, BOTTOM - 6);
      svg.text("label kill", "start", left + 6, TOTALS_BOTTOM - 28, "SIGKILL");
      svg.text("tick", "start", left + 6, TOTALS_BOTTOM - 12, outage.label());
    }
  }
}
