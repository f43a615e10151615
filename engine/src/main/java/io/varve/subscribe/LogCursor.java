package io.varve.subscribe;

import io.varve.event.StreamPartition;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a subscription is in one log. What was read and isn't held is acknowledged; what is yet
 * to be read is as it was saved. So the ranges that are saved follow from the events that are held.
 *
 * <p>Thread: guarded by the subscription's lock, but for {@link #log} and {@link
 * #behindAcknowledged}.
 */
public final class LogCursor {

  private final StreamPartition log;
  private final SavedCursor saved;
  private final TreeMap<Long, SavedRetry> retries;
  private long takenTo;
  private @Nullable HeldEvent first;
  private @Nullable HeldEvent last;
  private int held;
  boolean changed;

  LogCursor(StreamPartition log, SavedCursor saved, NavigableMap<Long, SavedRetry> retries) {
    this.log = log;
    this.saved = saved;
    this.retries = new TreeMap<>(retries);
    this.takenTo = saved.offset();
  }

  public StreamPartition log() {
    return log;
  }

  /** The first offset from {@code from} on that wasn't acknowledged when it was opened. */
  public long behindAcknowledged(long from) {
    return saved.behindAcknowledged(from);
  }

  /** Events with lower offsets have been read. */
  public long takenTo() {
    return takenTo;
  }

  /** Everything below is acknowledged. */
  public long offset() {
    return first == null ? takenTo : first.event().offset();
  }

  @Nullable HeldEvent first() {
    return first;
  }

  int held() {
    return held;
  }

  /** Offsets from where it is to {@code start} of the log that nobody will read any more. */
  long missedBelow(long start) {
    return held > 0 ? 0 : saved.unacknowledgedBelow(start) - saved.unacknowledgedBelow(takenTo);
  }

  /** What was saved of the tries of an event that is read now; those before it are not there. */
  @Nullable SavedRetry retry(long offset) {
    return retries.remove(offset);
  }

  /** An offset below {@code offset} that has tries saved and was not read, or -1. */
  long takeRetryBelow(long offset) {
    if (retries.isEmpty() || retries.firstKey() >= offset) {
      return -1;
    }
    return retries.pollFirstEntry().getKey();
  }

  void add(HeldEvent event) {
    event.before = last;
    if (last == null) {
      first = event;
    } else {
      last.after = event;
    }
    last = event;
    held++;
    takenTo = event.event().offset() + 1;
  }

  void remove(HeldEvent event) {
    HeldEvent before = event.before;
    HeldEvent after = event.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    event.before = null;
    event.after = null;
    held--;
    changed = true;
  }

  void takenTo(long offset) {
    if (offset > takenTo) {
      takenTo = offset;
      changed = true;
    }
  }

  SavedCursor save() {
    long cursor = offset();
    long[] ranges = new long[2 * held + saved.ranges().length + 2];
    int count = 0;
    for (HeldEvent event = first; event != null; event = event.after) {
      long from = event.event().offset() + 1;
      long to = event.after == null ? takenTo : event.after.event().offset();
      if (from < to) {
        ranges[count++] = from;
        ranges[count++] = to;
      }
    }
    long[] before = saved.ranges();
    for (int i = 0; i < before.length; i += 2) {
      if (before[i + 1] <= takenTo) {
        continue;
      }
      long from = Math.max(takenTo, before[i]);
      if (count > 0 && ranges[count - 1] == from) {
        ranges[count - 1] = before[i + 1];
      } else if (from == cursor) {
        cursor = before[i + 1];
      } else {
        ranges[count++] = from;
        ranges[count++] = before[i + 1];
      }
    }
    return new SavedCursor(cursor, Arrays.copyOf(ranges, count));
  }
}
