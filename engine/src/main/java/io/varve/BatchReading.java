package io.varve;

import io.varve.delay.Batch;
import io.varve.format.PackedEvent;
import io.varve.view.LogBlocks;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the events of a batch of timers, in the order of the log: those that lie together with one
 * read, though they are due at different times. If they are too large they are read part by part;
 * the next part is read when all of the one before have been released.
 *
 * <p>Thread: one makes it and asks, which may look at the events of those timers only that may be
 * {@linkplain Batch#letGive given}; another reads.
 */
final class BatchReading implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchReading.class);

  /** The largest batch, in powers of two. */
  static final int COUNT_BITS = 20;

  private static final long ABSENT = -1;
  private static final long KEPT = -2;

  private final Batch batch;
  private final LogBlocks blocks;
  private final long bytesMax;

  /** For each timer the place of its event, or why there is none. */
  private final long[] places;

  private PackedEvents events = new PackedEvents();

  /** How many might be given when reading was asked for last. */
  private int askedAt = -1;

  private volatile int eventBytes;
  private volatile long bytes;

  /**
   * @param bytesMax as many bytes of events are read at a time, or one event
   */
  BatchReading(Batch batch, LogBlocks blocks, long bytesMax) {
    this.batch = batch;
    this.blocks = blocks;
    this.bytesMax = bytesMax;
    this.places = new long[batch.count()];
    Arrays.fill(places, ABSENT);
  }

  Batch batch() {
    return batch;
  }

  /** Says that the event of a timer is in memory already. To be called before {@link #goOn}. */
  void isKept(int i) {
    places[i] = KEPT;
  }

  /** Begins to read the next part, if it is time; returns whether it is. */
  boolean goOn(Executor background) {
    int given = batch.given();
    if (given == askedAt || batch.isEmpty() || batch.mayGiveNext()) {
      return false;
    }
    askedAt = given;
    try {
      background.execute(this);
    } catch (RejectedExecutionException e) {
      // The store is being closed.
      batch.letGive(batch.count());
    }
    return true;
  }

  /** Has {@code event} stand on a timer's event; false if it has not been read. */
  boolean get(int i, PackedEvent event) {
    long place = places[i];
    if (place < 0) {
      return false;
    }
    events.get(place, event);
    return true;
  }

  /** How many bytes an event takes, about; 0 if none has been read yet. */
  int eventBytes() {
    return eventBytes;
  }

  /** Bytes of memory that it takes. */
  long bytes() {
    return bytes + (long) Long.BYTES * places.length;
  }

  @Override
  public void run() {
    int from = batch.given();
    int to = batch.count();
    try {
      while (!read(from, to)) {
        to = from + (to - from) / 2;
      }
    } catch (IOException | RuntimeException e) {
      // Whoever releases them meets it again, and says so.
      LOG.debug("Reading events ahead failed", e);
    } finally {
      batch.letGive(to);
    }
  }

  /** Reads the events of some timers; false if they are too large and there are several. */
  private boolean read(int from, int to) throws IOException {
    long lowest = Long.MAX_VALUE;
    for (int i = from; i < to; i++) {
      places[i] = places[i] == KEPT ? KEPT : ABSENT;
      lowest = Math.min(lowest, batch.offset(i));
    }
    long[] order = new long[to - from];
    int count = 0;
    for (int i = from; i < to; i++) {
      long distance = batch.offset(i) - lowest;
      // One that is so far from the others that both numbers have no room is read when it is due.
      if (places[i] != KEPT && distance >>> (Long.SIZE - 1 - COUNT_BITS) == 0) {
        order[count++] = distance << COUNT_BITS | (i - from);
      }
    }
    Arrays.sort(order, 0, count);
    long[] rising = new long[count];
    for (int i = 0; i < count; i++) {
      rising[i] = (order[i] >>> COUNT_BITS) + lowest;
    }
    PackedEvents read = new PackedEvents();
    events = read;
    int first = from;
    int mask = (1 << COUNT_BITS) - 1;
    int done =
        blocks.readOnce(
            rising,
            count,
            (i, event) -> {
              places[first + (int) (order[i] & mask)] = read.add(event);
              return read.bytes() <= bytesMax || to - first == 1;
            });
    bytes = read.bytes();
    if (done > 0) {
      eventBytes = (int) Math.min(Integer.MAX_VALUE, Math.max(1, read.bytes() / done));
    }
    return read.bytes() <= bytesMax || to - first == 1;
  }
}
