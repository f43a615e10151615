package io.varve.compact;

import io.varve.format.SegmentEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether and when a log is compacted by key, with Kafka's meaning: the latest event of each key
 * stays, and tombstones stay for a while, so that whoever reads the log learns of them. Events
 * without a key are never superseded. Offsets and order stay as they are.
 *
 * <p>Thread: immutable.
 *
 * @param enabled whether the log is compacted at all
 * @param tombstonesMs how long a tombstone stays after it was first compacted over, milliseconds;
 *     from 0. It may stay up to an eighth longer
 * @param dirtyRatioMin the log is compacted once the bytes that never were are at least this share
 *     of all bytes in sealed segments; 0 to 1
 * @param lagMs a segment is not compacted before its newest event is this old, milliseconds; from 0
 */
public record Compaction(boolean enabled, long tombstonesMs, double dirtyRatioMin, long lagMs) {

  /** Nothing is compacted. */
  public static final Compaction OFF = new Compaction(false, 86_400_000L, 0.5, 0);

  /** Kafka's defaults: half of the log, tombstones for a day, no lag. */
  public static final Compaction ON = new Compaction(true, 86_400_000L, 0.5, 0);

  /** So many different ends of tombstones' stay there can be at a time. */
  private static final long ENDS_MAX = 8;

  /**
   * What a pass is to do: to find the latest events of the keys in {@code dirty}, and to write
   * those segments and {@code clean} anew without what is superseded by them.
   *
   * @param clean compacted before, by rising offsets
   * @param dirty never compacted, right behind them
   */
  public record Plan(List<SegmentEntry> clean, List<SegmentEntry> dirty) {

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
      return clean.isEmpty() && dirty.isEmpty();
    }
  }

  public Compaction withTombstonesMs(long value) {
    return new Compaction(enabled, value, dirtyRatioMin, lagMs);
  }

  public Compaction withDirtyRatioMin(double value) {
    return new Compaction(enabled, tombstonesMs, value, lagMs);
  }

  public Compaction withLagMs(long value) {
    return new Compaction(enabled, tombstonesMs, dirtyRatioMin, value);
  }

  /**
   * What the next pass is to do. If too little is dirty, it still takes away tombstones whose time
   * is over.
   *
   * @param segments those that get no more events, by rising offsets
   */
  public Plan plan(List<SegmentEntry> segments, long nowMs) {
    List<SegmentEntry> clean = segments.stream().filter(each -> !each.dirty()).toList();
    List<SegmentEntry> dirty =
        segments.stream()
            .filter(SegmentEntry::dirty)
            .takeWhile(each -> lagMs == 0 || nowMs - Retention.newestMs(each) >= lagMs)
            .toList();
    long dirtyBytes = bytes(dirty);
    if (!enabled) {
      return new Plan(List.of(), List.of());
    }
    if (!dirty.isEmpty() && dirtyBytes >= dirtyRatioMin * (bytes(clean) + dirtyBytes)) {
      return new Plan(clean, dirty);
    }
    return new Plan(
        clean.stream()
            .filter(each -> each.tombstonesUntilMs() > 0 && mayDropTombstones(each, nowMs))
            .toList(),
        List.of());
  }

  /**
   * Parts a pass's segments into those that are written anew together. Small neighbours become one,
   * but not if their tombstones stay for different times: else one that is met by pass after pass
   * would stay for ever.
   *
   * @param segments by rising offsets, without one left out between them
   */
  public List<List<SegmentEntry>> groups(
      List<SegmentEntry> segments, long segmentBytes, long nowMs) {
    List<List<SegmentEntry>> groups = new ArrayList<>();
    List<SegmentEntry> group = new ArrayList<>();
    long until = 0;
    for (SegmentEntry segment : segments) {
      long itsUntil = until(segment, nowMs);
      boolean fits = bytes(group) + segment.bytes() <= segmentBytes;
      boolean agrees = until == 0 || itsUntil == 0 || until == itsUntil;
      if (!group.isEmpty() && !(fits && agrees)) {
        groups.add(group);
        group = new ArrayList<>();
        until = 0;
      }
      group.add(segment);
      until = Math.max(until, itsUntil);
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }

  /**
   * Until when the tombstones stay that are left of a group which is sealed now; never 0, which
   * would say that there are none.
   */
  public long tombstonesUntilMs(List<SegmentEntry> group, long nowMs) {
    return group.stream().mapToLong(each -> until(each, nowMs)).reduce(1, Math::max);
  }

  /** Whether a segment's tombstones have stayed as long as they must. */
  public static boolean mayDropTombstones(SegmentEntry segment, long nowMs) {
    return !segment.dirty() && segment.tombstonesUntilMs() <= nowMs;
  }

  /** Until when the segment's tombstones stay; 0 if they may go now. */
  private long until(SegmentEntry segment, long nowMs) {
    if (!segment.dirty()) {
      return mayDropTombstones(segment, nowMs) ? 0 : segment.tombstonesUntilMs();
    }
    long step = Math.max(1, tombstonesMs / ENDS_MAX);
    long end = nowMs + Math.min(tombstonesMs, Long.MAX_VALUE / 2 - nowMs);
    return (end / step + 1) * step;
  }

  /** Those that were never compacted. */
  static List<SegmentEntry> dirty(List<SegmentEntry> segments) {
    return segments.stream().filter(SegmentEntry::dirty).toList();
  }

  static long bytes(List<SegmentEntry> segments) {
    return segments.stream().mapToLong(SegmentEntry::bytes).sum();
  }
}
