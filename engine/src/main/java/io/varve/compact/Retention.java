package io.varve.compact;

import io.varve.format.SegmentEntry;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * How long events are kept, with Kafka's meaning: whole segments go, oldest first.
 *
 * <p>Thread: immutable.
 *
 * @param ms a segment goes when its newest event is older than this many milliseconds; -1 for
 *     never. A segment without timestamps counts from its creation
 * @param bytes the oldest segments go as long as what remains is at least this many bytes; -1 for
 *     no limit
 * @param neededFrom tells, each time it is asked, from which offset on events stay in any case; it
 *     may be asked by any thread
 */
public record Retention(long ms, long bytes, LongSupplier neededFrom) {

  /** Keeps everything. */
  public static final Retention FOREVER = new Retention(-1, -1);

  /** Keeps nothing for any other reason than its age or that there is room. */
  public Retention(long ms, long bytes) {
    this(ms, bytes, Retention::nothingNeeded);
  }

  private static long nothingNeeded() {
    return Long.MAX_VALUE;
  }

  public Retention withNeededFrom(LongSupplier value) {
    return new Retention(ms, bytes, value);
  }

  /** Whether anything is ever taken. */
  public boolean takes() {
    return ms >= 0 || bytes >= 0;
  }

  /**
   * How many segments to retire from the front of {@code segments}.
   *
   * @param segments those that get no more events, by rising offsets
   * @param openBytes bytes in the segment that is being written
   */
  public int expired(List<SegmentEntry> segments, long openBytes, long nowMs) {
    long total = openBytes;
    for (SegmentEntry segment : segments) {
      total += segment.bytes();
    }
    long needed = neededFrom.getAsLong();
    int count = 0;
    for (SegmentEntry segment : segments) {
      boolean tooOld = ms >= 0 && nowMs - newestMs(segment) > ms;
      boolean tooMuch = bytes >= 0 && total - segment.bytes() >= bytes;
      if ((!tooOld && !tooMuch) || segment.lastOffset() >= needed) {
        break;
      }
      total -= segment.bytes();
      count++;
    }
    return count;
  }

  /** The time from which a segment counts its age, milliseconds since the Unix epoch. */
  static long newestMs(SegmentEntry segment) {
    return segment.maxTimestampMs() == Long.MIN_VALUE
        ? segment.createdMs()
        : segment.maxTimestampMs();
  }
}
