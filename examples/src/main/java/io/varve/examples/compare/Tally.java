package io.varve.examples.compare;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The outcome of a comparison: how many of each, and the first differences in full.
 *
 * <p>Thread: immutable.
 */
public final class Tally {
  /** How many differences are kept in full; the rest are only counted. */
  public static final int DIFFERENCES_MAX = 10;

  /** The outcome of comparing nothing. */
  public static final Tally EMPTY = new Tally(0, 0, Map.of(), List.of());

  private final long expected;
  private final long found;
  private final Map<Difference.Kind, Long> counts;
  private final List<Difference> first;

  private Tally(
      long expected, long found, Map<Difference.Kind, Long> counts, List<Difference> first) {
    this.expected = expected;
    this.found = found;
    this.counts = counts;
    this.first = first;
  }

  static Tally of(long expected, long found, List<Difference> differences) {
    Map<Difference.Kind, Long> counts = new EnumMap<>(Difference.Kind.class);
    differences.forEach(difference -> counts.merge(difference.kind(), 1L, Long::sum));
    return new Tally(
        expected,
        found,
        Collections.unmodifiableMap(counts),
        differences.stream().limit(DIFFERENCES_MAX).toList());
  }

  /** Both together, as of two partitions. */
  public Tally plus(Tally other) {
    Map<Difference.Kind, Long> sum = new EnumMap<>(Difference.Kind.class);
    for (Difference.Kind kind : Difference.Kind.values()) {
      sum.put(kind, count(kind) + other.count(kind));
    }
    return new Tally(
        expected + other.expected,
        found + other.found,
        Collections.unmodifiableMap(sum),
        Stream.concat(first.stream(), other.first.stream()).limit(DIFFERENCES_MAX).toList());
  }

  /** How many events there should be. */
  public long expected() {
    return expected;
  }

  /** How many there are, right or wrong. */
  public long found() {
    return found;
  }

  /** How many failed in this way. */
  public long count(Difference.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Whether everything came back, once, unchanged and in order. */
  public boolean clean() {
    return counts.values().stream().allMatch(count -> count == 0);
  }

  /** At most {@link #DIFFERENCES_MAX}. */
  public List<Difference> firstDifferences() {
    return first;
  }
}
