package io.varve.examples.delayed;

import io.varve.examples.report.Html;
import io.varve.examples.report.Page;
import java.util.List;

/** The page that a run leaves. */
final class DelayedPage {
  private DelayedPage() {}

  static String render(Verdict verdict, List<Arrival> arrivals) {
    String headline =
        verdict.good()
            ? "Each message came once, and none early"
            : "Not all messages came as they should";
    StringBuilder rows = new StringBuilder();
    for (Verdict.Line line : verdict.lines()) {
      rows.append(
          "<tr><th>%s</th><td class=\"n\">%s</td><td class=\"n %s\">%s</td></tr>\n"
              .formatted(
                  Html.escape(line.what()),
                  Html.number(line.expected()),
                  line.good() ? "good" : "bad",
                  Html.number(line.found())));
    }
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%s</title>
    <style>
    %s</style>
    </head>
    <body>
    <main>
    <header>
    <p class="when">Varve example · delayed messages</p>
    <h1 class="%s">%s</h1>
    <p class="lead">Messages that say in their headers when they are to be delivered were sent to a Kafka \
    topic, stored by the sink connector, and delivered by the source connector, in transactions, into \
    others. A plain consumer of committed messages noted when each of them came.</p>
    </header>
    <section>
    <h2>Verdict</h2>
    <div class="wide"><table>
    <thead><tr><th></th><th class="n">expected</th><th class="n">found</th></tr></thead>
    <tbody>
    %s</tbody></table></div>
    </section>
    <section>
    <h2>Lateness</h2>
    <p>How much later than it was due the consumer got a message.</p>
    <figure>%s</figure>
    </section>
    </main>
    </body>
    </html>
    """
        .formatted(
            headline,
            Page.styleSheet(),
            verdict.good() ? "good" : "bad",
            headline,
            rows,
            LatenessChart.draw(arrivals));
  }
}
