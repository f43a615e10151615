package io.varve;

import io.varve.delay.Batch;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.view.LogBlocks;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the events of timers that are due soon, in the order of the log: those that lie together in
 * one block with one read, though they are due at different times.
 *
 * <p>Thread: one makes it and asks, another reads.
 */
final class EventsAhead {

  private static final Logger LOG = LoggerFactory.getLogger(EventsAhead.class);

  /** No more is read ahead. */
  private static final long BYTES_MAX = 32 << 20;

  private final Batch batch;
  private final @Nullable Event[] events;
  private volatile boolean done;

  private EventsAhead(Batch batch) {
    this.batch = batch;
    this.events = new Event[batch.count()];
  }

  /** Begins to read. */
  static EventsAhead of(Batch batch, LogBlocks blocks, Executor background) {
    EventsAhead ahead = new EventsAhead(batch);
    try {
      background.execute(() -> ahead.read(blocks));
    } catch (RejectedExecutionException e) {
      // The store is being closed.
    }
    return ahead;
  }

  Batch batch() {
    return batch;
  }

  /** The event of a timer; null if it has not been read, for whatever reason. */
  @Nullable Event take(int i) {
    if (!done) {
      return null;
    }
    Event event = events[i];
    events[i] = null;
    return event;
  }

  private void read(LogBlocks blocks) {
    int count = batch.count();
    long[] rising = new long[count];
    for (int i = 0; i < count; i++) {
      rising[i] = batch.offset(i);
    }
    Arrays.sort(rising);
    @Nullable Event[] read = new Event[count];
    LogBlocks.Taker taker =
        new LogBlocks.Taker() {
          private long bytes;

          @Override
          public void take(int i, EventView event) {
            bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
            if (bytes <= BYTES_MAX) {
              read[i] = event.toEvent();
            }
          }
        };
    try {
      blocks.read(rising, count, taker);
    } catch (IOException | RuntimeException e) {
      // Whoever releases them meets it again, and says so.
      LOG.debug("Reading events ahead failed", e);
    }
    for (int i = 0; i < count; i++) {
      events[i] = read[Arrays.binarySearch(rising, batch.offset(i))];
    }
    done = true;
  }
}
