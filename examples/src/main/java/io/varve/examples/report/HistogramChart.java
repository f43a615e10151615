package io.varve.examples.report;

import java.util.List;

/** Draws events over their own time, the replayed slice in its colour. */
final class HistogramChart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 280;
  private static final int LEFT = 52;
  private static final int RIGHT = 952;
  private static final int TOP = 34;
  private static final int BOTTOM = 246;
  private static final int LABELS_MAX = 12;
  private static final double LABEL_CHARACTER = 7.2;

  private HistogramChart() {}

  static String draw(Histogram histogram) {
    List<Histogram.Bucket> buckets = histogram.buckets();
    long most = buckets.stream().mapToLong(Histogram.Bucket::total).max().orElse(0);
    Svg svg =
        new Svg(
            WIDTH,
            HEIGHT,
            "Events per %s; at most %s".formatted(histogram.unit(), Html.number(most)));
    Scale y = new Scale(most, BOTTOM, TOP);
    for (double mark : y.marks(4)) {
      svg.line("grid", LEFT, y.at(mark), RIGHT, y.at(mark));
      svg.text("tick", "end", LEFT - 8, y.at(mark) + 4, Html.shortNumber(mark));
    }
    double step = (double) (RIGHT - LEFT) / Math.max(1, buckets.size());
    double gap = step > 4 ? 1 : 0.3;
    CalendarUnit labelled = labelUnit(histogram);
    double labelEnd = Double.NEGATIVE_INFINITY;
    double sliceLeft = Double.NaN;
    double sliceRight = Double.NaN;
    for (int i = 0; i < buckets.size(); i++) {
      Histogram.Bucket bucket = buckets.get(i);
      double x = LEFT + i * step;
      String name = histogram.unit().name(bucket.start());
      if (bucket.inSlice() > 0) {
        sliceLeft = Double.isNaN(sliceLeft) ? x : sliceLeft;
        sliceRight = x + step;
      }
      bar(svg, y, bucket, x + gap / 2, step - gap, name);
      String label = labelled.name(bucket.start());
      double room = LABEL_CHARACTER * label.length();
      if (labelled.start(bucket.startMs()).equals(bucket.start())
          && x > labelEnd
          && x + room < WIDTH) {
        svg.line("axis", x + gap / 2, BOTTOM, x + gap / 2, BOTTOM + 4);
        svg.text("tick", "start", x, BOTTOM + 20, label);
        labelEnd = x + Math.max((RIGHT - LEFT) / LABELS_MAX, room + 10);
      }
    }
    svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
    if (!Double.isNaN(sliceLeft)) {
      bracket(svg, sliceLeft, sliceRight, histogram.slice());
    }
    return svg.toString();
  }

  /** Years below months and days below hours, where there are enough of them to find one's way. */
  private static CalendarUnit labelUnit(Histogram histogram) {
    CalendarUnit outer = histogram.unit().outer();
    long starts =
        histogram.buckets().stream()
            .filter(bucket -> outer.start(bucket.startMs()).equals(bucket.start()))
            .count();
    return starts < 3 ? histogram.unit() : outer;
  }

  private static void bar(
      Svg svg, Scale y, Histogram.Bucket bucket, double x, double width, String name) {
    double middle = y.at(bucket.inSlice());
    String title = "%s: %s events".formatted(name, Html.number(bucket.total()));
    if (bucket.inSlice() > 0) {
      String slice = "%s, %s of them in the slice".formatted(title, Html.number(bucket.inSlice()));
      svg.rect("bar slice", x, middle, width, BOTTOM - middle, slice);
    }
    if (bucket.others() > 0) {
      double top = y.at(bucket.total());
      svg.rect("bar", x, top, width, middle - top, title);
    }
  }

  /** Says above the bars what their colour means. */
  private static void bracket(Svg svg, double left, double right, TimeRange slice) {
    double y = TOP - 12;
    svg.path(
        "bracket",
        Svg.point('M', left, y + 5)
            + Svg.point('L', left, y)
            + Svg.point('L', right, y)
            + Svg.point('L', right, y + 5),
        "");
    double middle = (left + right) / 2;
    String anchor = middle > WIDTH * 0.75 ? "end" : middle < WIDTH * 0.25 ? "start" : "middle";
    double x = anchor.equals("end") ? right : anchor.equals("start") ? left : middle;
    svg.text("label slice", anchor, x, y - 8, "replayed: " + slice);
  }
}
