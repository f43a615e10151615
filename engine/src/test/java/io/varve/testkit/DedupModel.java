package io.varve.testkit;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a log that stores ids once must hold: a map from id to the time it was seen first, which
 * forgets nothing, and the log's time by sorting.
 */
public final class DedupModel {

  private static final int TIMESTAMPS = 31;

  private final long ttlMs;
  private final Map<ByteBuffer, Long> firsts = new HashMap<>();
  private final Deque<Long> timestamps = new ArrayDeque<>();

  public DedupModel(long ttlMs) {
    this.ttlMs = ttlMs;
  }

  /** Whether the event is a first copy, which is noted. */
  public boolean stores(Event event) {
    long timeMs = Math.max(event.timestampMs(), nowMs());
    if (event.messageId() != null) {
      ByteBuffer id = ByteBuffer.wrap(event.messageId());
      Long first = firsts.get(id);
      if (first != null && timeMs - first < ttlMs) {
        return false;
      }
      firsts.put(id, timeMs);
    }
    timestamps.add(event.timestampMs());
    if (timestamps.size() > TIMESTAMPS) {
      timestamps.remove();
    }
    return true;
  }

  private long nowMs() {
    List<Long> sorted = new ArrayList<>(timestamps);
    while (sorted.size() < TIMESTAMPS) {
      sorted.add(-1L);
    }
    sorted.sort(null);
    return sorted.get(TIMESTAMPS / 2);
  }

  /**
   * Events to send, by their number, which is their offset: a third come again, soon or after about
   * a TTL; time goes on, leaps, goes back; some timestamps are from nowhere, some ids missing.
   *
   * @param ttlEvents about how many events come in a TTL
   */
  public record Source(long seed, long ttlMs, int ttlEvents) {

    public List<Event> events(int count) {
      Random random = new Random(seed);
      List<Event> events = new ArrayList<>(count);
      long now = 1_700_000_000_000L;
      long stepMs = Math.max(1, ttlMs / ttlEvents);
      for (int number = 0; number < count; number++) {
        now += random.nextLong(2 * stepMs + 1);
        if (random.nextInt(ttlEvents) == 0) {
          now += random.nextLong(4 * ttlMs);
        }
        long timestampMs = now;
        byte[] id = id(number);
        int kind = random.nextInt(100);
        if (kind < 33) {
          id = id(repeated(random, number));
        } else if (kind < 36) {
          id = null;
        }
        int when = random.nextInt(200);
        if (when < 20) {
          timestampMs = now - random.nextLong(2 * ttlMs);
        } else if (when < 40) {
          timestampMs = now + random.nextLong(ttlMs / 20 + 1);
        } else if (when == 40) {
          timestampMs = random.nextLong(1000);
        } else if (when == 41 && kind >= 33) {
          timestampMs = Long.MAX_VALUE / (1 + random.nextInt(4));
          id = ("nowhere " + number).getBytes(StandardCharsets.UTF_8);
        }
        events.add(event(number, timestampMs, id));
      }
      return events;
    }

    private int repeated(Random random, int number) {
      int back =
          switch (random.nextInt(3)) {
            case 0 -> random.nextInt(40);
            case 1 -> random.nextInt(ttlEvents);
            default -> (int) (ttlEvents * (0.9 + 0.2 * random.nextDouble()));
          };
      return Math.max(0, number - back);
    }

    private static byte[] id(int number) {
      byte[] id = new byte[4 + number % 20];
      ByteBuffer.wrap(id).putInt(number);
      return id;
    }

    private static Event event(long offset, long timestampMs, byte[] id) {
      return new Event(
          offset,
          timestampMs,
          TimestampType.CREATE,
          Encoding.BYTES,
          null,
          Encoding.BYTES,
          new byte[] {(byte) offset},
          Headers.EMPTY,
          id,
          Event.NOT_DELAYED);
    }

    /** The offsets of the first {@code count} that are to be stored. */
    public List<Long> stored(int count) {
      DedupModel model = new DedupModel(ttlMs);
      return events(count).stream().filter(model::stores).map(Event::offset).toList();
    }

    /** Checks that a log whose next offset is {@code count} has what is to be stored. */
    public void check(List<Long> offsets, int count) {
      List<Long> expected = stored(count);
      int same = 0;
      while (same < expected.size()
          && same < offsets.size()
          && expected.get(same).equals(offsets.get(same))) {
        same++;
      }
      if (same < expected.size() || same < offsets.size()) {
        throw new AssertionError(
            "%s, %d offsets of %d are right, then %s instead of %s"
                .formatted(
                    this,
                    same,
                    expected.size(),
                    same < offsets.size() ? offsets.get(same) : "the end",
                    same < expected.size() ? expected.get(same) : "the end"));
      }
    }
  }
}
