package io.varve;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.format.Progress;
import io.varve.format.Release;
import io.varve.view.LogBlocks;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Timers that are due, in their order, and their events, which are read in the order of the log.
 *
 * <p>Thread: confined to the scheduler's.
 */
final class Releases {

  /** No more of events are read at a time, but for a single one that is larger. */
  private static final long BYTES_MAX = 32 << 20;

  private final StreamPartition log;
  private final LogBlocks blocks;

  private final long[] dues;
  private final long[] offsets;
  private final @Nullable Event[] events;
  private int first;
  private int end;

  /** Those before it have been read. */
  private int read;

  private final long[] rising;
  private final long[] one = new long[1];

  Releases(StreamPartition log, LogBlocks blocks, int max) {
    this.log = log;
    this.blocks = blocks;
    this.dues = new long[max];
    this.offsets = new long[max];
    this.events = new Event[max];
    this.rising = new long[max];
  }

  boolean isEmpty() {
    return first == end;
  }

  boolean isFull() {
    return end == dues.length;
  }

  /**
   * @param event null if it is still to be read
   */
  void add(long dueMs, long offset, @Nullable Event event) {
    dues[end] = dueMs;
    offsets[end] = offset;
    events[end] = event;
    end++;
  }

  /** Reads the events of the first timers, of all if they are not too large. */
  void read() throws IOException {
    if (read > first) {
      return;
    }
    int to = end;
    while (!read(to)) {
      to = first + Math.max(1, (to - first) / 2);
    }
    read = to;
  }

  /** Reads up to a timer; false if the events are too large and there are several. */
  private boolean read(int to) throws IOException {
    int count = 0;
    for (int i = first; i < to; i++) {
      if (events[i] == null) {
        rising[count++] = offsets[i];
      }
    }
    if (count == 0) {
      return true;
    }
    Arrays.sort(rising, 0, count);
    if (rising[count - 1] >= blocks.nextOffset()) {
      blocks.refresh();
    }
    Gathered gathered = new Gathered(count);
    readAll(gathered, count);
    if (gathered.isTooLarge()) {
      return false;
    }
    if (gathered.count < count) {
      // Segments may have been written anew meanwhile.
      blocks.refresh();
      gathered = new Gathered(count);
      readAll(gathered, count);
    }
    for (int i = first; i < to; i++) {
      if (events[i] == null) {
        events[i] = gathered.events[Arrays.binarySearch(rising, 0, count, offsets[i])];
      }
    }
    return true;
  }

  private void readAll(Gathered gathered, int count) throws IOException {
    try {
      blocks.read(rising, count, gathered);
    } catch (NoSuchFileException | ClosedChannelException e) {
      // A segment has gone: the caller looks again, and finds out what isn't there.
    }
  }

  private static final class Gathered implements LogBlocks.Taker {

    private final @Nullable Event[] events;
    private long bytes;
    private int count;

    private Gathered(int max) {
      this.events = new Event[max];
    }

    private boolean isTooLarge() {
      return bytes > BYTES_MAX && events.length > 1;
    }

    @Override
    public void take(int i, EventView event) {
      bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
      if (!isTooLarge()) {
        events[i] = event.toEvent();
      }
      count++;
    }
  }

  /** Whether the first timer's event has been read, or looked for. */
  boolean hasRead() {
    return first < read;
  }

  long dueMs() {
    return dues[first];
  }

  long offset() {
    return offsets[first];
  }

  /** The first timer's event; null if it is not in the log any more. */
  @Nullable Event event() {
    return events[first];
  }

  void remove() {
    events[first] = null;
    first++;
    if (first == end) {
      first = 0;
      end = 0;
      read = 0;
    } else if (end == dues.length && first == read) {
      System.arraycopy(dues, first, dues, 0, end - first);
      System.arraycopy(offsets, first, offsets, 0, end - first);
      System.arraycopy(events, first, events, 0, end - first);
      Arrays.fill(events, end - first, end, null);
      end -= first;
      first = 0;
      read = 0;
    }
  }

  /** Whether the event at an offset has that schedule id. */
  boolean hasId(long offset, String name, byte[] id) {
    boolean[] same = new boolean[1];
    look(offset, event -> same[0] = Arrays.equals(header(event.headers(), name), id));
    return same[0];
  }

  /** Shows the event at an offset, if it has not expired. */
  void look(long offset, Consumer<EventView> to) {
    one[0] = offset;
    LogBlocks.Taker taker = (i, event) -> to.accept(event);
    try {
      if (offset >= blocks.nextOffset()) {
        blocks.refresh();
      }
      try {
        blocks.read(one, 1, taker);
      } catch (NoSuchFileException | ClosedChannelException e) {
        blocks.refresh();
        blocks.read(one, 1, taker);
      }
    } catch (NoSuchFileException e) {
      // It has expired.
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + log + " failed", e);
    }
  }

  /** The value of the last header of that name; null if there is none. */
  static byte @Nullable [] header(Headers headers, String name) {
    for (int i = headers.count() - 1; i >= 0; i--) {
      if (headers.name(i).equals(name)) {
        return headers.value(i);
      }
    }
    return null;
  }

  /**
   * How far the last event of a ready log tells that the scheduler was; null if there is none.
   *
   * @param nextOffset the ready log's
   */
  static @Nullable Progress last(Store store, StreamPartition readyLog, long nextOffset) {
    if (nextOffset == 0) {
      return null;
    }
    ReadRange range = ReadRange.all().withOffsets(nextOffset - 1, nextOffset);
    try (LogReader reader = store.openReader(readyLog, range)) {
      return reader.next() ? of(reader.event(), readyLog).progress() : null;
    }
  }

  /** What an event of a ready log tells. */
  static Release of(EventView event, StreamPartition readyLog) {
    byte[] bytes = header(event.headers(), Release.HEADER);
    if (bytes == null) {
      throw new CorruptionException(
          readyLog + ", offset " + event.offset(),
          0,
          "an event that a scheduler released, with a header " + Release.HEADER,
          "none: somebody else has written it");
    }
    return Release.decode(bytes, readyLog.toString(), event.offset());
  }
}
