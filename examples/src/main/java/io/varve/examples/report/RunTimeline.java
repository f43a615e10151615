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
  private static final double WINDOW_SECONDS = 1;

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

  /**
   * Events per second up to each sample but the first, averaged over the second before it: counts
   * that others publish rise in steps, and a step alone would look like a rate that nobody had.
   */
  double[] rates(Series series) {
    double[] rates = new double[samples.size() - 1];
    int from = 0;
    for (int i = 1; i < samples.size(); i++) {
      Sample now = samples.get(i);
      while (from + 1 < i && samples.get(from + 1).seconds() <= now.seconds() - WINDOW_SECONDS) {
        from++;
      }
      Sample before = samples.get(from);
      double seconds = Math.max(WINDOW_SECONDS, now.seconds() - before.seconds());
      long events = series.count.applyAsLong(now) - series.count.applyAsLong(before);
      rates[i - 1] = Math.max(0, events) / seconds;
    }
    return rates;
  }
}
