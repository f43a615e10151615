package io.varve.examples.report;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What was counted while the demo ran. Seconds count from the first sample.
 *
 * <p>Thread: immutable.
 *
 * @param samples rising in time, at least one
 * @param phases what was going on, for the reader's orientation
 * @param outages when the worker was down, from SIGKILL until it was back
 */
public record RunTimeline(List<Sample> samples, List<Span> phases, List<Span> outages) {

  /** Copies the lists. */
  public RunTimeline {
    samples = List.copyOf(samples);
    phases = List.copyOf(phases);
    outages = List.copyOf(outages);
  }

  /** How many events had got where, all in all, by that moment. */
  public record Sample(
      double seconds, long produced, long archived, long sliceReplayed, long allReplayed) {}

  /** A part of the run. */
  public record Span(String label, double fromSeconds, double toSeconds) {}

  /** The four things that are counted. */
  enum Series {
    PRODUCED("produced", Sample::produced),
    ARCHIVED("archived", Sample::archived),
    SLICE("slice replayed", Sample::sliceReplayed),
    ALL("all replayed", Sample::allReplayed);

    final String words;
    final ToLongFunction<Sample> count;

    Series(String words, ToLongFunction<Sample> count) {
      this.words = words;
      this.count = count;
    }

    /** The name of its colours in the style sheet. */
    String style() {
      return "s" + ordinal();
    }
  }

  double endSeconds() {
    return samples.get(samples.size() - 1).seconds();
  }

  /** Events per second between each two neighbouring samples; one fewer than samples. */
  double[] rates(Series series) {
    double[] rates = new double[samples.size() - 1];
    for (int i = 0; i < rates.length; i++) {
      Sample before = samples.get(i);
      Sample after = samples.get(i + 1);
      double seconds = Math.max(1e-3, after.seconds() - before.seconds());
      long events = series.count.applyAsLong(after) - series.count.applyAsLong(before);
      rates[i] = Math.max(0, events) / seconds;
    }
    return rates;
  }
}
