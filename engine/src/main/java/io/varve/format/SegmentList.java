package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Segments as a manifest lists them, those of the log by rising offsets. They are kept as the
 * numbers that stand in the file, so that a log of very many is loaded, searched and written
 * without an object for each.
 *
 * <p>Thread: immutable.
 */
public final class SegmentList extends AbstractList<SegmentEntry> implements RandomAccess {

  private static final int LONGS = SegmentEntry.BYTES / Long.BYTES;

  // Where in an entry its numbers stand.
  private static final int FIRST_OFFSET = 0;
  private static final int EPOCH = 1;
  private static final int END_POSITION = 2;
  private static final int LAST_OFFSET = 3;
  private static final int EVENTS = 4;
  private static final int MIN_TIMESTAMP = 5;
  private static final int MAX_TIMESTAMP = 6;
  private static final int CREATED = 7;
  private static final int INDEX_EPOCH = 8;
  private static final int REWRITE = 9;
  private static final int TOMBSTONES_UNTIL = 10;
  private static final int FLAGS = 11;

  private static final long SEALED = 1;
  private static final long REPLACED = 2;

  private final long[] numbers;

  /** Made when it is first needed, and the same whoever makes it. */
  private @Nullable Times times;

  private SegmentList(long[] numbers) {
    this.numbers = numbers;
  }

  /** The same segments. */
  public static SegmentList of(List<SegmentEntry> segments) {
    if (segments instanceof SegmentList list) {
      return list;
    }
    long[] numbers = new long[segments.size() * LONGS];
    for (int i = 0; i < segments.size(); i++) {
      put(numbers, i * LONGS, segments.get(i));
    }
    return new SegmentList(numbers);
  }

  /** These segments and one more behind them. */
  public SegmentList and(SegmentEntry segment) {
    long[] more = Arrays.copyOf(numbers, numbers.length + LONGS);
    put(more, numbers.length, segment);
    return new SegmentList(more);
  }

  private static void put(long[] to, int at, SegmentEntry segment) {
    to[at + FIRST_OFFSET] = segment.firstOffset();
    to[at + EPOCH] = segment.epoch();
    to[at + END_POSITION] = segment.endPosition();
    to[at + LAST_OFFSET] = segment.lastOffset();
    to[at + EVENTS] = segment.events();
    to[at + MIN_TIMESTAMP] = segment.minTimestampMs();
    to[at + MAX_TIMESTAMP] = segment.maxTimestampMs();
    to[at + CREATED] = segment.createdMs();
    to[at + INDEX_EPOCH] = segment.indexEpoch();
    to[at + REWRITE] = segment.rewrite();
    to[at + TOMBSTONES_UNTIL] = segment.tombstonesUntilMs();
    to[at + FLAGS] = (segment.sealed() ? SEALED : 0) | (segment.replaced() ? REPLACED : 0);
  }

  @Override
  public int size() {
    return numbers.length / LONGS;
  }

  @Override
  public SegmentEntry get(int index) {
    int at = index * LONGS;
    return new SegmentEntry(
        numbers[at + FIRST_OFFSET],
        numbers[at + EPOCH],
        numbers[at + END_POSITION],
        numbers[at + LAST_OFFSET],
        numbers[at + EVENTS],
        numbers[at + MIN_TIMESTAMP],
        numbers[at + MAX_TIMESTAMP],
        numbers[at + CREATED],
        (numbers[at + FLAGS] & SEALED) != 0,
        numbers[at + INDEX_EPOCH],
        (int) numbers[at + REWRITE],
        numbers[at + TOMBSTONES_UNTIL],
        (numbers[at + FLAGS] & REPLACED) != 0);
  }

  /**
   * The first segment that ends at {@code offset} or behind it, {@link #size} if there is none. For
   * segments by rising offsets.
   */
  public int endingFrom(long offset) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (numbers[middle * LONGS + LAST_OFFSET] < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The first segment from {@code index} on that can hold an event with a timestamp in [{@code
   * fromMs}, {@code toMs}), {@link #size} if there is none.
   */
  public int nextWithTimes(int index, long fromMs, long toMs) {
    Times known = times();
    int at = index;
    while (at < size() && !mayHold(numbers, at * LONGS + MIN_TIMESTAMP, fromMs, toMs)) {
      at++;
      while (at % Times.GROUP == 0
          && at < size()
          && !mayHold(known.spans, at / Times.GROUP * 2, fromMs, toMs)) {
        at += Times.GROUP;
      }
    }
    return Math.min(at, size());
  }

  /** Whether of two numbers at {@code at}, the lowest time and the highest, some are in a range. */
  private static boolean mayHold(long[] spans, int at, long fromMs, long toMs) {
    return spans[at + 1] >= fromMs && spans[at] < toMs;
  }

  private Times times() {
    Times known = times;
    if (known == null) {
      known = new Times(numbers);
      times = known;
    }
    return known;
  }

  /** The timestamps of each so many segments together, so that most can be passed by in one go. */
  private static final class Times {

    static final int GROUP = 64;

    final long[] spans;

    Times(long[] numbers) {
      int size = numbers.length / LONGS;
      spans = new long[(size + GROUP - 1) / GROUP * 2];
      for (int i = 0; i < size; i++) {
        int at = i / GROUP * 2;
        if (i % GROUP == 0) {
          spans[at] = Long.MAX_VALUE;
          spans[at + 1] = Long.MIN_VALUE;
        }
        spans[at] = Math.min(spans[at], numbers[i * LONGS + MIN_TIMESTAMP]);
        spans[at + 1] = Math.max(spans[at + 1], numbers[i * LONGS + MAX_TIMESTAMP]);
      }
    }
  }

  /** Bytes of {@link #encode}. */
  int encodedBytes() {
    return numbers.length * Long.BYTES;
  }

  void encode(ByteBuffer to) {
    to.asLongBuffer().put(numbers);
    to.position(to.position() + encodedBytes());
  }

  /** Takes {@code count} entries from a buffer that holds as many. */
  static SegmentList decode(ByteBuffer from, int count, String file) {
    int start = from.position();
    long[] numbers = new long[count * LONGS];
    LongBuffer entries = from.asLongBuffer();
    entries.get(numbers);
    from.position(start + count * SegmentEntry.BYTES);
    long before = -1;
    for (int at = 0; at < numbers.length; at += LONGS) {
      long firstOffset = numbers[at + FIRST_OFFSET];
      long lastOffset = numbers[at + LAST_OFFSET];
      long rewrite = numbers[at + REWRITE];
      boolean replaced = (numbers[at + FLAGS] & REPLACED) != 0;
      // What was replaced may overlap with what replaced it.
      if ((firstOffset <= before && !replaced)
          || lastOffset < firstOffset
          || numbers[at + END_POSITION] < SegmentHeader.BYTES
          || rewrite != (int) rewrite) {
        throw new CorruptionException(
            file,
            start + (long) at * Long.BYTES,
            "segments by rising offsets",
            firstOffset + ".." + lastOffset);
      }
      before = replaced ? before : lastOffset;
    }
    return new SegmentList(numbers);
  }
}
