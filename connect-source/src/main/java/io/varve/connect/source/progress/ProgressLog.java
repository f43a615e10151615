package io.varve.connect.source.progress;

import io.varve.connect.source.progress.Progress.Snapshot;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log how a replay goes: every ten seconds while it moves, and once when it ends.
 *
 * <p>Thread: confined to the task's.
 */
public final class ProgressLog {

  private static final Logger log = LoggerFactory.getLogger(ProgressLog.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String what;
  private final long begunNanos;
  private long lastNanos;
  private long lastEvents;
  private long lastOffsets;
  private boolean ended;

  /**
   * @param what is replayed, for people
   */
  public ProgressLog(String what, long nowNanos) {
    this.what = what;
    this.begunNanos = nowNanos;
    this.lastNanos = nowNanos;
  }

  /** Whether it is time for another line. */
  public boolean isDue(long nowNanos) {
    return nowNanos - lastNanos >= INTERVAL_NANOS;
  }

  /** Writes a line if it is time, and something was replayed, or passed by, since the last. */
  public void update(long nowNanos, Snapshot now) {
    if (!isDue(nowNanos)) {
      return;
    }
    lastNanos = nowNanos;
    if ((now.events() != lastEvents || now.offsetsDone() != lastOffsets) && !ended) {
      lastEvents = now.events();
      lastOffsets = now.offsetsDone();
      log.info("{}: {}", what, line(now));
    }
  }

  /** Writes the summary, once. */
  public void end(long nowNanos, Snapshot now) {
    if (ended) {
      return;
    }
    ended = true;
    double seconds = Math.max(1e-9, (nowNanos - begunNanos) / 1e9);
    log.info(
        "{}: replay complete, {} events ({} MB){} in {} s, {} events/s; {} offsets in range. The task"
            + " stays idle; delete or stop the connector, or alter its offsets to replay again",
        what,
        now.events(),
        megabytes(now.bytes()),
        passed(now),
        String.format(Locale.ROOT, "%.1f", seconds),
        Math.round((double) now.events() / seconds),
        now.offsetsTotal());
  }

  /** Progress as one line: done of total, rate, time left. */
  static String line(Snapshot now) {
    return String.format(
        Locale.ROOT,
        "%d of %d offsets (%.1f %%), %d events so far%s, %d events/s, %s MB/s, %s",
        now.offsetsDone(),
        now.offsetsTotal(),
        100 * now.ratio(),
        now.events(),
        passed(now),
        Math.round(now.eventsPerSecond()),
        megabytes(now.bytesPerSecond()),
        left(now.remainingMs()));
  }

  private static String passed(Snapshot now) {
    return now.eventsPassed() == 0 ? "" : " and " + now.eventsPassed() + " passed by";
  }

  private static String left(long remainingMs) {
    if (remainingMs < 0) {
      return "end not known";
    }
    Duration left = Duration.ofMillis(remainingMs);
    return String.format(
        Locale.ROOT,
        "about %d:%02d:%02d left",
        left.toHours(),
        left.toMinutesPart(),
        left.toSecondsPart());
  }

  private static String megabytes(double bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }
}
