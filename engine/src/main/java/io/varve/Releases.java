package io.varve;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.delay.Cron;
import io.varve.delay.PendingTimers;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.format.BatchCursor;
import io.varve.format.PackedEvent;
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
  private final PackedEvent[] events;
  private final boolean[] found;
  private int first;
  private int end;

  /** Those before it have been read, or looked for. */
  private int read;

  /** Nothing that is due later may be added before what is there has been released. */
  private long untilMs = Long.MAX_VALUE;

  private final long[] rising;
  private final long[] one = new long[1];
  private final PackedEvent late = new PackedEvent();

  Releases(StreamPartition log, LogBlocks blocks, int max) {
    this.log = log;
    this.blocks = blocks;
    this.dues = new long[max];
    this.offsets = new long[max];
    this.events = new PackedEvent[max];
    Arrays.setAll(events, none -> new PackedEvent());
    this.found = new boolean[max];
    this.rising = new long[max];
  }

  boolean isEmpty() {
    return first == end;
  }

  boolean isFull() {
    return end == dues.length;
  }

  /** Adds the timers that are due, as many as there is room for. */
  void fill(PendingTimers timers, EventsAhead ahead, long nowMs) throws IOException {
    untilMs = isEmpty() ? Long.MAX_VALUE : untilMs;
    while (!isFull() && timers.next(Math.min(nowMs, untilMs))) {
      dues[end] = timers.dueMs();
      offsets[end] = timers.offset();
      found[end] = ahead.get(events[end]);
      if (timers.isRepeating(dues[end], offsets[end])) {
        // It may be due again before what is due later than this.
        untilMs = Math.min(untilMs, Cron.earliestNext(dues[end]) - 1);
      }
      end++;
    }
  }

  /** Reads the events of the first timers that have not been, of all if they are not too large. */
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
      if (!found[i]) {
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
    if (gathered.count < count && !gathered.isTooLarge()) {
      // Segments may have been written anew meanwhile.
      blocks.refresh();
      gathered = new Gathered(count);
      readAll(gathered, count);
    }
    if (gathered.isTooLarge()) {
      return false;
    }
    for (int i = first; i < to; i++) {
      if (!found[i]) {
        long place = gathered.places[Arrays.binarySearch(rising, 0, count, offsets[i])];
        found[i] = place != Gathered.ABSENT;
        if (found[i]) {
          gathered.events.get(place, events[i]);
        }
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

    private static final long ABSENT = -1;

    private final PackedEvents events = new PackedEvents();
    private final long[] places;
    private int count;

    private Gathered(int max) {
      this.places = new long[max];
      Arrays.fill(places, ABSENT);
    }

    private boolean isTooLarge() {
      return events.bytes() > BYTES_MAX && places.length > 1;
    }

    @Override
    public boolean take(int i, BatchCursor event) {
      places[i] = events.add(event);
      count++;
      return !isTooLarge();
    }
  }

  /** An event in one piece, until another is. */
  PackedEvent packed(BatchCursor event) {
    byte[] room = new byte[event.packedBytes()];
    event.pack(room, 0);
    return late.at(room, 0);
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
  @Nullable PackedEvent event() {
    return found[first] ? events[first] : null;
  }

  void remove() {
    events[first].clear();
    first++;
    if (first == end) {
      first = 0;
      end = 0;
      read = 0;
    }
  }

  /** Has all timers that are left wait again. */
  void giveBack(PendingTimers timers) {
    for (int i = first; i < end; i++) {
      timers.giveBack(dues[i], offsets[i]);
      events[i].clear();
    }
    first = 0;
    end = 0;
    read = 0;
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
    LogBlocks.Taker taker =
        (i, event) -> {
          to.accept(event);
          return true;
        };
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

  /**
   * Reads events in whole, few at a time.
   *
   * @param rising their offsets
   * @return null in place of those that are not in the log any more
   */
  @Nullable Event[] find(long[] rising) throws IOException {
    @Nullable Event[] events = new Event[rising.length];
    LogBlocks.Taker taker =
        (i, event) -> {
          events[i] = event.toEvent();
          return true;
        };
    boolean all = false;
    for (int attempt = 0; !all && attempt < 2; attempt++) {
      if (attempt > 0 || rising[rising.length - 1] >= blocks.nextOffset()) {
        blocks.refresh();
      }
      try {
        blocks.read(rising, rising.length, taker);
      } catch (NoSuchFileException | ClosedChannelException e) {
        // A segment has been written anew, or has expired.
      }
      all = !Arrays.asList(events).contains(null);
    }
    return events;
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
