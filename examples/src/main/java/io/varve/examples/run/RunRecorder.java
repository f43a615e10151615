package io.varve.examples.run;

import io.varve.examples.report.RunTimeline;
import io.varve.examples.report.RunTimeline.Sample;
import io.varve.examples.report.RunTimeline.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Takes a sample of all counters several times a second, and notes what was going on.
 *
 * <p>Thread: safe, guarded by this; sampling has a thread of its own.
 */
final class RunRecorder implements AutoCloseable {
  private static final long INTERVAL_MS = 200;

  private final List<Sample> samples = new ArrayList<>();
  private final List<Span> phases = new ArrayList<>();
  private final List<Span> outages = new ArrayList<>();
  private final LongSupplier produced;
  private final LongSupplier archived;
  private final LongSupplier slice;
  private final LongSupplier all;
  private final long startedNanos = System.nanoTime();
  private final ScheduledExecutorService sampling =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "demo-samples");
            thread.setDaemon(true);
            return thread;
          });

  /** Begins to sample; the suppliers are asked by another thread. */
  static RunRecorder start(
      LongSupplier produced, LongSupplier archived, LongSupplier slice, LongSupplier all) {
    RunRecorder recorder = new RunRecorder(produced, archived, slice, all);
    var unused =
        recorder.sampling.scheduleAtFixedRate(
            recorder::sample, 0, INTERVAL_MS, TimeUnit.MILLISECONDS);
    return recorder;
  }

  private RunRecorder(
      LongSupplier produced, LongSupplier archived, LongSupplier slice, LongSupplier all) {
    this.produced = produced;
    this.archived = archived;
    this.slice = slice;
    this.all = all;
  }

  double seconds() {
    return (System.nanoTime() - startedNanos) / 1e9;
  }

  /** Notes a part of the run that began then and ends now. */
  synchronized void phase(String label, double fromSeconds) {
    phases.add(new Span(label, fromSeconds, seconds()));
  }

  /** Notes that the worker was down from then until now. */
  synchronized void outage(String label, double fromSeconds) {
    outages.add(new Span(label, fromSeconds, seconds()));
  }

  /** What was recorded up to now. */
  RunTimeline timeline() {
    sample();
    synchronized (this) {
      return new RunTimeline(samples, phases, outages);
    }
  }

  /** Counts are read and kept in one step, so that samples rise in time whoever takes them. */
  private synchronized void sample() {
    samples.add(
        new Sample(
            seconds(),
            produced.getAsLong(),
            archived.getAsLong(),
            slice.getAsLong(),
            all.getAsLong()));
  }

  @Override
  public void close() {
    sampling.shutdownNow();
  }
}
