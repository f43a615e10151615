package io.varve.examples.flink.report;

import io.varve.examples.flink.input.Comparison;
import io.varve.examples.report.Html;
import io.varve.examples.report.Page;
import java.util.Map;

/** The page with the pictures. */
public final class OutcomePage {
  private OutcomePage() {}

  /** The whole page as HTML. */
  public static String render(Outcome outcome) {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Varve, a Flink job: %s</title>
        <style>
        %s</style>
        </head>
        <body>
        <main>
        <header>
        <p class="when">Varve · a Flink job on two state backends</p>
        <h1 class="%s">%s</h1>
        <p class="lead">%s</p>
        </header>
        <section>
        <h2>Results</h2>
        <div class="wide"><table>
        <thead><tr><th></th><th class="n">expected</th><th class="n">found</th><th class="n">lost</th>\
        <th class="n">doubled</th><th class="n">wrong</th></tr></thead>
        <tbody>
        """
            .formatted(
                outcome.headline(),
                Page.styleSheet(),
                outcome.clean() ? "good" : "bad",
                outcome.headline(),
                Html.escape(outcome.what())));
    outcome.verdicts().forEach((name, verdict) -> verdict(out, name, verdict));
    out.append("</tbody></table></div>\n</section>\n<section>\n<h2>The run</h2>\n<p>");
    legend(out);
    out.append(
        "Events read, over the seconds of the run; shaded: until all tasks" + " ran again.</p>\n");
    for (Course course : outcome.courses()) {
      out.append("<h3>%s</h3>\n<figure>".formatted(Html.escape(course.name())));
      out.append(CourseChart.draw(course)).append("</figure>\n");
    }
    out.append("</section>\n<section>\n<h2>Side by side</h2>\n<p>");
    legend(out);
    out.append("</p>\n<figure>").append(BarChart.draw(outcome)).append("</figure>\n");
    table(out, outcome);
    out.append("</section>\n</main>\n</body>\n</html>\n");
    return out.toString();
  }

  private static void verdict(StringBuilder out, String name, Comparison verdict) {
    out.append("<tr><th>").append(Html.escape(name)).append("</th>");
    cell(out, "n", verdict.expected());
    cell(out, "n", verdict.found());
    for (long count : new long[] {verdict.lost(), verdict.doubled(), verdict.wrong()}) {
      cell(out, count == 0 ? "n good" : "n bad", count);
    }
    out.append("</tr>\n");
  }

  private static void cell(StringBuilder out, String style, long number) {
    out.append("<td class=\"%s\">%s</td>".formatted(style, Html.number(number)));
  }

  private static void legend(StringBuilder out) {
    for (Backend backend : Backend.values()) {
      out.append(
          "<span class=\"legend\"><span class=\"key %s\"></span>%s</span>"
              .formatted(backend.style, backend.words));
    }
  }

  private static void table(StringBuilder out, Outcome outcome) {
    out.append("<div class=\"wide\"><table>\n<thead><tr><th></th>");
    for (Backend backend : Backend.values()) {
      out.append("<th class=\"n\">%s</th>".formatted(backend.words));
    }
    out.append("</tr></thead>\n<tbody>\n");
    for (Measure measure : Measure.values()) {
      out.append("<tr><th>").append(measure.words).append("</th>");
      for (Map.Entry<Backend, Figures> figures : outcome.figures().entrySet()) {
        out.append("<td class=\"n\">%s</td>".formatted(measure.text(figures.getValue())));
      }
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div>\n");
  }
}
