package io.varve.replay.topic;

import java.util.ArrayList;
import java.util.List;

/**
 * Which offsets of one partition of a stream stand where in one partition of a topic: spans of the
 * topic's offsets, rising, each with the lowest and the highest offset of the stream in it. While
 * both rise by one with each event a single span is exact for all of them; others can be merged,
 * and then tell only that much.
 *
 * <p>Thread: confined to the table's.
 */
final class Spans {

  /** Offsets in the topic from {@code first} to {@code last}; both ends count. */
  static final class Span {
    final long first;
    long last;
    long lowest;
    long highest;
    boolean exact;

    Span(long first, long last, long lowest, long highest, boolean exact) {
      this.first = first;
      this.last = last;
      this.lowest = lowest;
      this.highest = highest;
      this.exact = exact;
    }
  }

  private final List<Span> list = new ArrayList<>();

  List<Span> list() {
    return list;
  }

  int size() {
    return list.size();
  }

  /** Whether all that is known lies before {@code at}, an offset in the topic. */
  boolean endsBefore(long at) {
    return list.isEmpty() || list.get(list.size() - 1).last < at;
  }

  /** The event {@code offset} stands at {@code at}, behind all that is known. */
  void add(long offset, long at) {
    Span last = list.isEmpty() ? null : list.get(list.size() - 1);
    if (last != null && last.exact && offset == last.highest + 1 && at == last.last + 1) {
      last.highest = offset;
      last.last = at;
    } else {
      list.add(new Span(at, at, offset, offset, true));
    }
  }

  /** Merges neighbours that together take at most {@code width} of the topic's offsets. */
  void merge(long width) {
    List<Span> merged = new ArrayList<>();
    for (Span each : list) {
      Span before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (before != null && each.last - before.first < width) {
        before.last = each.last;
        before.lowest = Math.min(before.lowest, each.lowest);
        before.highest = Math.max(before.highest, each.highest);
        before.exact = false;
      } else {
        merged.add(each);
      }
    }
    list.clear();
    list.addAll(merged);
  }

  /**
   * Where the first event may stand whose offset is {@code from} or higher; -1 if none has one.
   * Before that there is none.
   */
  long firstAt(long from) {
    for (Span each : list) {
      if (each.highest >= from) {
        return each.exact ? each.first + Math.max(0, from - each.lowest) : each.first;
      }
    }
    return -1;
  }

  /** The lowest offset that an event at {@code at} or behind it may have; -1 if there is none. */
  long lowestFrom(long at) {
    long lowest = -1;
    for (int i = list.size() - 1; i >= 0 && list.get(i).last >= at; i--) {
      Span each = list.get(i);
      long there = each.exact ? each.lowest + Math.max(0, at - each.first) : each.lowest;
      lowest = lowest < 0 ? there : Math.min(lowest, there);
    }
    return lowest;
  }

  /** The highest offset that any event has; -1 if there is none. */
  long highest() {
    return list.stream().mapToLong(each -> each.highest).max().orElse(-1);
  }
}
