package io.varve.examples.flink.report;

import io.varve.examples.flink.report.Course.Outage;
import io.varve.examples.flink.report.Course.Sample;
import io.varve.examples.report.Html;
import io.varve.examples.report.Scale;
import io.varve.examples.report.Svg;
import java.util.List;

/** Draws a course: a curve in the colour of the backend, outages shaded. */
final class CourseChart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 250;
  private static final int LEFT = 52;
  private static final int RIGHT = 952;
  private static final int TOP = 26;
  private static final int BOTTOM = 220;

  private CourseChart() {}

  static String draw(Course course) {
    List<Sample> samples = course.samples();
    double end = samples.isEmpty() ? 1 : samples.get(samples.size() - 1).seconds();
    long most = samples.stream().mapToLong(Sample::events).max().orElse(1);
    Svg svg = new Svg(WIDTH, HEIGHT, course.name() + ": events over the seconds of the run");
    Scale x = new Scale(end, LEFT, RIGHT);
    Scale y = new Scale(most, BOTTOM, TOP);
    for (double mark : y.marks(4)) {
      svg.line("grid", LEFT, y.at(mark), RIGHT, y.at(mark));
      svg.text("tick", "end", LEFT - 8, y.at(mark) + 4, Html.shortNumber(mark));
    }
    for (double mark : x.marks(10)) {
      svg.text("tick", "middle", x.at(mark), BOTTOM + 18, Html.shortNumber(mark) + " s");
    }
    for (Outage outage : course.outages()) {
      double left = x.at(outage.fromSeconds());
      svg.rect("outage", left, TOP, x.at(outage.toSeconds()) - left, BOTTOM - TOP, outage.label());
      svg.line("kill", left, TOP - 6, left, BOTTOM);
      svg.text("tick", "start", left + 4, TOP - 8, outage.label());
    }
    for (Backend backend : Backend.values()) {
      StringBuilder path = new StringBuilder();
      for (Sample sample : samples) {
        if (sample.backend() == backend) {
          char command = path.isEmpty() ? 'M' : 'L';
          path.append(Svg.point(command, x.at(sample.seconds()), y.at(sample.events())));
        }
      }
      svg.path("curve " + backend.style, path.toString(), backend.words);
    }
    svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
    return svg.toString();
  }
}
