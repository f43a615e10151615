package io.varve.compact;

import io.varve.event.EventView;
import io.varve.format.SegmentEntry;

/**
 * Which events of a segment a pass keeps.
 *
 * @param latest the keys' latest events
 * @param cleanBelow {@code latest} holds all events of the dirty segments below this offset; those
 *     from there on stay as they are, and dirty
 * @param lastOffset the last event in sealed segments stays, even as a tombstone whose time is
 *     over: so a log never becomes empty, and its end can be compared with where it came from
 * @param nowMs when the pass began, milliseconds since the Unix epoch
 */
record KeepRule(KeyOffsets latest, long cleanBelow, long lastOffset, long nowMs) {

  /** Whether {@code event}, which stands in {@code segment}, stays. */
  boolean keeps(EventView event, SegmentEntry segment) {
    if (event.keyLength() < 0 || event.offset() == lastOffset) {
      return true;
    }
    boolean expired = event.valueLength() < 0 && Compaction.mayDropTombstones(segment, nowMs);
    return !expired && !latest.supersedes(event);
  }
}
