package io.varve;

import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.subscribe.HeldEvent;
import io.varve.subscribe.LogCursor;
import io.varve.subscribe.StreamOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of a subscription, which are read in turns. Of a partition that has several generations
 * the next one is begun when the one before has been read to its end.
 *
 * <p>Thread: confined to one at a time, who fills, but for {@link #unread}.
 */
final class SubscribedLogs implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SubscribedLogs.class);

  /** So many events of one log are read before those of the next. */
  private static final int TURN_EVENTS = 64;

  /** A longer stretch of acknowledged offsets is not read. */
  private static final long SKIP_OFFSETS = 1000;

  /** What the logs are, and how far each is. */
  interface Source {

    /** The logs that there are, by stream, generation and partition. */
    SortedSet<StreamPartition> existing();

    /** Whether a higher generation of a partition comes behind a lower one. */
    boolean followsGenerations();

    LogReader open(StreamPartition log, long fromOffset);

    /** The cursor of a log; a new one is taken up. */
    LogCursor cursor(StreamPartition log);

    /** A log is read, from {@code start} on, or where the cursor is if that is behind it. */
    void opened(LogCursor cursor, long start);
  }

  /** A log that is being read. */
  private record Tail(LogReader reader, LogCursor cursor) {}

  private final String subscription;
  private final Source source;
  private final KeyHash hash;
  private final Map<StreamPartition, Tail> tails = new LinkedHashMap<>();
  private final List<Tail> finished = new ArrayList<>();
  private SortedSet<StreamPartition> existing = new TreeSet<>(StreamOrder.BY_NAME);
  private volatile List<Tail> reading = List.of();
  private int turn;

  SubscribedLogs(String subscription, Source source, KeyHash hash) {
    this.subscription = subscription;
    this.source = source;
    this.hash = hash;
  }

  /** Looks for logs that are new. */
  void discover() {
    existing = source.existing();
    for (StreamPartition log : existing) {
      if (!tails.containsKey(place(log))) {
        open(log);
      }
    }
  }

  /** What is read one after another has the same place. */
  private StreamPartition place(StreamPartition log) {
    return source.followsGenerations()
        ? new StreamPartition(log.stream(), 1, log.partition())
        : log;
  }

  private void open(StreamPartition log) {
    LogCursor cursor = source.cursor(log);
    LogReader reader = source.open(log, cursor.takenTo());
    boolean done = false;
    try {
      long start = reader.stats().startOffset();
      if (cursor.takenTo() > reader.endOffset()) {
        LOG.warn(
            "Subscription '{}' is at offset {} of {}, which goes only up to {}: somebody has put an"
                + " older one in its place. Nothing is delivered of it below that offset",
            subscription,
            cursor.takenTo(),
            log,
            reader.endOffset());
      }
      source.opened(cursor, start);
      tails.put(place(log), new Tail(reader, cursor));
      reading = List.copyOf(tails.values());
      done = true;
    } finally {
      if (!done) {
        reader.close();
      }
    }
  }

  /**
   * Reads what there is, some events of each log.
   *
   * @param eventsMax as many in all
   * @param bytesMax not many more bytes
   */
  List<HeldEvent> read(int eventsMax, long bytesMax) {
    List<HeldEvent> events = new ArrayList<>();
    List<Tail> all = reading;
    long bytes = bytesMax;
    boolean more = !all.isEmpty();
    while (more && events.size() < eventsMax && bytes > 0) {
      more = false;
      for (int i = 0; i < all.size() && events.size() < eventsMax && bytes > 0; i++) {
        turn = turn + 1 < all.size() ? turn + 1 : 0;
        Tail tail = all.get(turn);
        int before = events.size();
        int max = Math.min(eventsMax, before + TURN_EVENTS);
        bytes = read(tail, events, max, bytes);
        more |= events.size() > before;
        if (events.size() == before && goOn(tail)) {
          return events;
        }
      }
    }
    return events;
  }

  private long read(Tail tail, List<HeldEvent> into, int eventsMax, long bytesMax) {
    long bytes = bytesMax;
    LogReader reader = tail.reader;
    while (into.size() < eventsMax && bytes > 0 && reader.next()) {
      long offset = reader.event().offset();
      long behind = tail.cursor.behindAcknowledged(offset);
      if (behind > offset) {
        if (behind - offset > SKIP_OFFSETS) {
          reader.seek(behind);
        }
        continue;
      }
      HeldEvent event = HeldEvent.of(tail.cursor, reader.event().toEvent(), hash);
      into.add(event);
      bytes -= event.bytes();
    }
    return bytes;
  }

  /** At the end of a generation: begins the next one, if there is one. */
  private boolean goOn(Tail tail) {
    StreamPartition next = source.followsGenerations() ? following(tail.cursor.log()) : null;
    if (next == null || tail.reader.position() < tail.reader.endOffset()) {
      return false;
    }
    tail.reader.close();
    finished.add(tail);
    open(next);
    return true;
  }

  private @Nullable StreamPartition following(StreamPartition log) {
    for (StreamPartition other : existing) {
      if (other.stream().equals(log.stream())
          && other.partition() == log.partition()
          && other.generation() > log.generation()) {
        return other;
      }
    }
    return null;
  }

  /** Takes how far a log was read. */
  interface Places {
    void readTo(LogCursor cursor, long offset);
  }

  /** Tells how far each log has been read. */
  void places(Places places) {
    for (Tail tail : finished) {
      places.readTo(tail.cursor, tail.reader.position());
    }
    finished.clear();
    for (Tail tail : reading) {
      places.readTo(tail.cursor, tail.reader.position());
    }
  }

  /**
   * Offsets that were published, as is known, and not taken. For who holds the subscription's lock.
   */
  long unread() {
    long unread = 0;
    for (Tail tail : reading) {
      unread += Math.max(0, tail.reader.metrics().endOffset() - tail.cursor.takenTo());
    }
    return unread;
  }

  @Override
  public void close() {
    for (Tail tail : tails.values()) {
      tail.reader.close();
    }
    tails.clear();
    reading = List.of();
  }
}
