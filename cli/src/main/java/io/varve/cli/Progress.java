package io.varve.cli;

import io.varve.base.Clock;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Tells how something gets on that takes its time: a line on standard error, redrawn in place, with
 * rate and estimated end. Shown on a terminal only, or where the user asks for it.
 *
 * <p>Thread: confined to one.
 */
final class Progress {

  private static final long FIRST_MS = 1000;
  private static final long INTERVAL_MS = 250;
  private static final String CLEAR_LINE = "\r\u001b[K";

  @Option(
      names = "--progress",
      negatable = true,
      description = "Show progress also where standard error is no terminal; --no-progress: never.")
  private @Nullable Boolean asked;

  private final Clock clock;
  private long startedMs = -1;
  private long shownMs;

  Progress() {
    this(Clock.SYSTEM);
  }

  Progress(Clock clock) {
    this.clock = clock;
  }

  private boolean shown() {
    return asked == null ? Boolean.getBoolean("varve.progress") : asked;
  }

  /**
   * Something is {@code done} bytes far. May be called often.
   *
   * @param total bytes in all, or 0 if that isn't known
   * @throws CancellationException if the user wants it to end
   */
  void bytes(PrintWriter err, String what, long done, long total) {
    show(err, what, done, total, count -> Show.bytes(count));
  }

  /** The same for something that is {@code done} offsets far. */
  void offsets(PrintWriter err, String what, long done, long total) {
    show(err, what, done, total, count -> Show.count((long) count) + " events");
  }

  /**
   * To be called where reading came to an end: an interrupted reader ends as well.
   *
   * @throws CancellationException if the user wants it to end
   */
  static void check() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted");
    }
  }

  private void show(
      PrintWriter err, String what, long done, long total, DoubleFunction<String> quantity) {
    check();
    long nowMs = clock.nanos() / 1_000_000;
    if (startedMs < 0) {
      startedMs = nowMs;
    }
    long elapsedMs = nowMs - startedMs;
    if (!shown() || elapsedMs < FIRST_MS || nowMs - shownMs < INTERVAL_MS) {
      return;
    }
    shownMs = nowMs;
    double perMs = (double) done / elapsedMs;
    StringBuilder line = new StringBuilder(what).append("  ").append(quantity.apply(done));
    if (total > 0) {
      line.append(" of ").append(quantity.apply(total));
      line.append("  ").append(100 * done / total).append(" %");
    }
    line.append("  ").append(quantity.apply(perMs * 1000)).append("/s");
    if (total > 0 && perMs > 0) {
      Duration left = Duration.ofMillis((long) ((total - done) / perMs));
      line.append("  ").append(Show.duration(left)).append(" left");
    }
    err.print(CLEAR_LINE + line);
    err.flush();
  }

  /** Tells of a backup's progress. */
  io.varve.backup.Progress of(PrintWriter err, String what) {
    return status -> {
      bytes(err, what, status.bytesDone(), status.bytesTotal());
      return true;
    };
  }

  /** Takes the line away; what comes next begins anew. */
  void end(PrintWriter err) {
    if (shownMs != 0) {
      err.print(CLEAR_LINE);
      err.flush();
    }
    startedMs = -1;
    shownMs = 0;
  }
}
