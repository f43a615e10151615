package io.varve.flink.source;

import java.io.Serializable;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of what is read, within start and end: what lies outside is skipped unread where the
 * store's indexes tell. A bound of time holds no event without a timestamp.
 *
 * @param fromOffset the first offset, from 0
 * @param toOffset the offset behind the last; {@link Long#MAX_VALUE} for no bound
 * @param fromTimeMs milliseconds since the Unix epoch; {@link Long#MIN_VALUE} for no bound
 * @param toTimeMs behind the last; {@link Long#MAX_VALUE} for no bound
 * @param partitions numbers of partitions, or null for all
 */
public record EventRange(
    long fromOffset,
    long toOffset,
    long fromTimeMs,
    long toTimeMs,
    @Nullable SortedSet<Integer> partitions)
    implements Serializable {

  public static final EventRange ALL =
      new EventRange(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, null);

  public EventRange {
    partitions = partitions == null ? null : new TreeSet<>(partitions);
  }

  /** Whether a partition is in it. */
  public boolean holds(int partition) {
    SortedSet<Integer> some = partitions;
    return some == null || some.contains(partition);
  }

  /** Whether nothing is in it. */
  public boolean isEmpty() {
    SortedSet<Integer> some = partitions;
    return fromOffset >= toOffset || fromTimeMs >= toTimeMs || (some != null && some.isEmpty());
  }

  /** What is in both. */
  public EventRange and(EventRange other) {
    SortedSet<Integer> both = partitions == null ? other.partitions : partitions;
    if (both != null && partitions != null && other.partitions != null) {
      both = new TreeSet<>(partitions);
      both.retainAll(other.partitions);
    }
    return new EventRange(
        Math.max(fromOffset, other.fromOffset),
        Math.min(toOffset, other.toOffset),
        Math.max(fromTimeMs, other.fromTimeMs),
        Math.min(toTimeMs, other.toTimeMs),
        both);
  }
}
