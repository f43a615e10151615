package io.varve.examples.report;

import io.varve.examples.compare.Difference;
import io.varve.examples.compare.Difference.Kind;
import io.varve.examples.compare.PlacedEvent;
import io.varve.examples.event.DemoEvent;
import io.varve.examples.report.RunReport.Check;
import io.varve.examples.report.RunReport.Fact;
import io.varve.examples.report.RunTimeline.Series;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the page. */
public final class Page {
  private static final String STYLE_SHEET = "page.css";

  private final RunReport report;
  private final StringBuilder out = new StringBuilder();

  private Page(RunReport report) {
    this.report = report;
  }

  /** The whole page as HTML. */
  public static String render(RunReport report) {
    Page page = new Page(report);
    page.head();
    page.verdict();
    page.pictures();
    page.differences();
    page.facts();
    page.out.append("</main>\n</body>\n</html>\n");
    return page.out.toString();
  }

  private void head() {
    out.append(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Varve demo: %s</title>
        <style>
        %s</style>
        </head>
        <body>
        <main>
        <header>
        <p class="when">Varve demo · %s</p>
        <h1 class="%s">%s</h1>
        <p class="lead">A Kafka topic was archived while its Connect worker was killed, then replayed: \
        one slice of time, and all of it. Each event that came back was compared with the one that was \
        sent: key, value, headers, timestamp, partition and order, byte for byte. \
        The events are %s.</p>
        </header>
        """
            .formatted(
                report.headline(),
                styleSheet(),
                Html.escape(report.startedAt()),
                report.clean() ? "good" : "bad",
                report.headline(),
                Html.escape(report.origin())));
  }

  private void verdict() {
    out.append(
        """
        <section>
        <h2>Verdict</h2>
        <div class="wide"><table>
        <thead><tr><th></th><th class="n">expected</th><th class="n">found</th>""");
    for (Kind kind : Kind.values()) {
      out.append("<th class=\"n\">").append(kind).append("</th>");
    }
    out.append("</tr></thead>\n<tbody>\n");
    for (Check check : report.checks()) {
      out.append(
          "<tr><th>%s<small>%s</small></th>"
              .formatted(Html.escape(check.name()), Html.escape(check.meaning())));
      cell("n", check.tally().expected());
      cell("n", check.tally().found());
      for (Kind kind : Kind.values()) {
        long count = check.tally().count(kind);
        cell(count == 0 ? "n good" : "n bad", count);
      }
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div>\n</section>\n");
  }

  private void cell(String style, long number) {
    out.append("<td class=\"%s\">%s</td>".formatted(style, Html.number(number)));
  }

  private void pictures() {
    out.append(
        """
        <section>
        <h2>What was archived</h2>
        <p>Events per %s of their own timestamps. <span class="legend"><span class="key slice"></span>the \
        slice that was replayed</span><span class="legend"><span class="key"></span>the rest</span></p>
        <figure>%s</figure>
        </section>
        <section>
        <h2>The run</h2>
        <p>Above: how many events had got where. Below: events per second, averaged over a \
        second, each lane on its own scale. """
            .formatted(report.histogram().unit(), HistogramChart.draw(report.histogram())));
    for (Series series : Series.values()) {
      out.append(
          "<span class=\"legend\"><span class=\"key %s\"></span>%s</span>"
              .formatted(series.style(), series.words));
    }
    out.append(
        "</p>\n<figure>%s</figure>\n</section>\n".formatted(RunChart.draw(report.timeline())));
  }

  private void differences() {
    if (report.clean()) {
      return;
    }
    out.append("<section>\n<h2>First differences</h2>\n");
    for (Check check : report.checks()) {
      for (Difference difference : check.tally().firstDifferences()) {
        out.append(
            """
            <article><h3>%s: %s in partition %d (%s)</h3>
            <pre>expected  %s
            found     %s</pre></article>
            """
                .formatted(
                    Html.escape(check.name()),
                    difference.kind(),
                    difference.partition(),
                    Html.escape(difference.what()),
                    Html.escape(describe(difference.expected())),
                    Html.escape(describe(difference.actual()))));
      }
    }
    out.append("</section>\n");
  }

  private void facts() {
    out.append("<section>\n<h2>The run in numbers</h2>\n<dl>\n");
    for (Fact fact : report.facts()) {
      out.append(
          "<div><dt>%s</dt><dd>%s</dd></div>\n"
              .formatted(Html.escape(fact.name()), Html.escape(fact.value())));
    }
    out.append("</dl>\n</section>\n");
  }

  /** An event on one line: where it is and all that it carries. */
  public static String describe(@Nullable PlacedEvent placed) {
    if (placed == null) {
      return "nothing";
    }
    DemoEvent event = placed.event();
    StringBuilder text = new StringBuilder();
    text.append(
        "offset %d  %s  key %s  value %s"
            .formatted(
                placed.offset(),
                Instant.ofEpochMilli(event.timestampMs()),
                Objects.requireNonNullElse(event.key(), "null"),
                Objects.requireNonNullElse(event.value(), "null")));
    for (DemoEvent.Header header : event.headers()) {
      text.append("  %s=%s".formatted(header.name(), header.value()));
    }
    return text.toString();
  }

  /** What all pages of the examples look like. */
  public static String styleSheet() {
    try (InputStream css = Page.class.getResourceAsStream(STYLE_SHEET)) {
      return new String(
          Objects.requireNonNull(css, STYLE_SHEET).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
