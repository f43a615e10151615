package io.varve.connect.source.progress;

import java.util.concurrent.TimeUnit;

/**
 * How far a replay is and how fast it goes.
 *
 * <p>The rate is that of the last ten to twenty seconds, or of all if it is younger.
 *
 * <p>Thread: written by one; {@link #snapshot} is safe from any.
 */
public final class Progress {

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * One moment of it.
   *
   * @param events replayed by this task since it started
   * @param bytes of their keys and values
   * @param eventsPassed read by this task and not wanted by the filter
   * @param offsetsDone offsets of the range that are behind, also those replayed before a restart
   * @param offsetsTotal offsets in the range; in a tail those that are in the store by now
   * @param eventsPerSecond lately
   * @param bytesPerSecond lately
   * @param remainingMs until the end at the present pace; 0 at the end, -1 if not known
   */
  public record Snapshot(
      long events,
      long bytes,
      long eventsPassed,
      long offsetsDone,
      long offsetsTotal,
      double eventsPerSecond,
      double bytesPerSecond,
      long remainingMs) {

    /** Events that this task has read, wanted or not. */
    public long eventsRead() {
      return events + eventsPassed;
    }

    /** The part that is done, from 0 to 1. */
    public double ratio() {
      return offsetsTotal <= 0 ? 1 : Math.min(1, (double) offsetsDone / offsetsTotal);
    }
  }

  private record Mark(long nanos, long events, long bytes, long offsetsDone) {}

  private long events;
  private long bytes;
  private long eventsPassed;
  private Mark previous;
  private Mark recent;
  private volatile Snapshot snapshot = new Snapshot(0, 0, 0, 0, 0, 0, 0, -1);

  public Progress(long nowNanos) {
    this.previous = new Mark(nowNanos, 0, 0, 0);
    this.recent = previous;
  }

  /** Tells where the replay begins. */
  public void begin(long nowNanos, long offsetsDone, long offsetsTotal) {
    previous = new Mark(nowNanos, 0, 0, offsetsDone);
    recent = previous;
    snapshot =
        new Snapshot(
            0, 0, 0, offsetsDone, offsetsTotal, 0, 0, offsetsDone >= offsetsTotal ? 0 : -1);
  }

  /** Counts what a poll returned. */
  public void add(long moreEvents, long moreBytes) {
    events += moreEvents;
    bytes += moreBytes;
  }

  /** Tells how many events have been read so far that the filter does not want. */
  public void passed(long eventsSoFar) {
    eventsPassed = eventsSoFar;
  }

  /** Takes stock. */
  public void update(long nowNanos, long offsetsDone, long offsetsTotal) {
    if (nowNanos - recent.nanos >= WINDOW_NANOS) {
      previous = recent;
      recent = new Mark(nowNanos, events, bytes, offsetsDone);
    }
    double seconds = Math.max(1e-9, (nowNanos - previous.nanos) / 1e9);
    double offsetsPerSecond = (offsetsDone - previous.offsetsDone) / seconds;
    long left = Math.max(0, offsetsTotal - offsetsDone);
    long remainingMs =
        left == 0 ? 0 : offsetsPerSecond <= 0 ? -1 : (long) (left / offsetsPerSecond * 1000);
    snapshot =
        new Snapshot(
            events,
            bytes,
            eventsPassed,
            offsetsDone,
            offsetsTotal,
            (events - previous.events) / seconds,
            (bytes - previous.bytes) / seconds,
            remainingMs);
  }

  /** The last stock taken. */
  public Snapshot snapshot() {
    return snapshot;
  }
}
