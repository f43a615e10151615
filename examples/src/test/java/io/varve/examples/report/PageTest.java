package io.varve.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.examples.compare.PartitionComparison;
import io.varve.examples.compare.PlacedEvent;
import io.varve.examples.compare.Tally;
import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import io.varve.examples.report.RunReport.Check;
import io.varve.examples.report.RunReport.Fact;
import io.varve.examples.report.RunTimeline.Sample;
import io.varve.examples.report.RunTimeline.Span;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class PageTest {
  private static final TimeRange SLICE =
      new TimeRange(
          Instant.parse("2019-01-01T00:00:00Z").toEpochMilli(),
          Instant.parse("2021-01-01T00:00:00Z").toEpochMilli());

  @Test
  void aCleanRunSaysSo() throws IOException {
    String page = Page.render(report(events(3), events(3)));
    Files.writeString(Path.of("target", "page-clean.html"), page);
    assertThat(page).contains("Nothing lost, nothing twice, nothing changed");
    assertThat(page).doesNotContain("First differences");
    assertThat(page).contains("SIGKILL", "replayed: 2019-01-01 to 2021-01-01");
  }

  @Test
  void aBadRunShowsBothSidesOfTheFirstDifferences() throws IOException {
    List<PlacedEvent> found = new ArrayList<>(events(3));
    found.remove(1);
    String page = Page.render(report(events(3), found));
    Files.writeString(Path.of("target", "page-bad.html"), page);
    assertThat(page).contains("3 lost, 0 duplicated, 0 differing, 0 out of order");
    assertThat(page).contains("Whole replay: lost in partition 0 (not there)");
    assertThat(page).contains("value &lt;b&gt;1&lt;/b&gt; &amp; more").doesNotContain("<b>");
  }

  @Test
  void needsNothingFromOutside() {
    assertThat(Page.render(report(events(3), events(3))))
        .doesNotContain("<script", "<link", "http://", "https://", "@import", "url(");
  }

  @Test
  void isWellFormed() throws Exception {
    String page = Page.render(report(events(3), events(2)));
    String body = page.substring(page.indexOf("<body>"), page.indexOf("</html>"));
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(body)));
  }

  @Test
  void aRunTooShortForASecondSampleIsDrawnAllTheSame() {
    RunTimeline timeline =
        new RunTimeline(List.of(new Sample(0, 0, 0, 0, 0)), List.of(), List.of());
    assertThat(RunChart.draw(timeline)).contains("produced").doesNotContain("NaN");
  }

  @Test
  void ratesAreAveragesOverASecond() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i <= 8; i++) {
      samples.add(new Sample(i * 0.5, i * 50, i >= 4 ? 1000 : 0, 0, 0));
    }
    RunTimeline timeline = new RunTimeline(samples, List.of(), List.of());
    assertThat(timeline.rates(RunTimeline.Series.PRODUCED))
        .containsExactly(50, 100, 100, 100, 100, 100, 100, 100);
    assertThat(timeline.rates(RunTimeline.Series.ARCHIVED))
        .containsExactly(0, 0, 0, 1000, 1000, 0, 0, 0);
  }

  private static RunReport report(List<PlacedEvent> expected, List<PlacedEvent> found) {
    Tally tally = PartitionComparison.compare(expected, found, false);
    Histogram histogram =
        Histogram.of(
            LongStream.range(0, 12_000).map(i -> 788_918_400_000L + i * i * 6_900L).toArray(),
            SLICE);
    return new RunReport(
        "the package releases in this machine's Debian changelogs",
        "2026-11-20 18:40 UTC",
        histogram,
        timeline(),
        List.of(
            new Check("Archive", "the store, read directly, against the topic; offsets too", tally),
            new Check(
                "Slice replay", "a second topic against the topic's events of that time", tally),
            new Check("Whole replay", "a third topic against the whole topic", tally)),
        List.of(
            new Fact("Events", "11,995"),
            new Fact("Kafka", "4.3.1"),
            new Fact("Killed after", "5.2 s, with 5,120 of 11,995 events archived")));
  }

  /** Production at an even pace, the archive close behind but for an outage, then two replays. */
  private static RunTimeline timeline() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i <= 140; i++) {
      double t = i * 0.25;
      long produced = Math.min(12_000, (long) (1_200 * t));
      double archiving = t < 5.2 ? t - 0.3 : t < 13 ? 4.9 : 4.9 + (t - 13) * 12;
      long archived = Math.max(0, Math.min(produced, (long) (1_200 * archiving)));
      long slice = Math.max(0, Math.min(2_800, (long) ((t - 22) * 9_000)));
      long all = Math.max(0, Math.min(12_000, (long) ((t - 28) * 20_000)));
      samples.add(new Sample(t, produced, archived, slice, all));
    }
    return new RunTimeline(
        samples,
        List.of(
            new Span("archive", 0, 17),
            new Span("replay the slice", 17.5, 25),
            new Span("replay all", 25.5, 32),
            new Span("compare", 32.5, 35)),
        List.of(new Span("worker down for 7.8 s", 5.2, 13)));
  }

  private static List<PlacedEvent> events(int count) {
    List<PlacedEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Bytes value = Bytes.utf8("<b>" + i + "</b> & more");
      events.add(new PlacedEvent(0, i, new DemoEvent(i, Bytes.utf8("k"), value, List.of())));
    }
    return events;
  }
}
