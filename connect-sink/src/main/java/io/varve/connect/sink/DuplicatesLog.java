package io.varve.connect.sink;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the events that a partition's log has left out as duplicates, under their offsets.
 *
 * <p>Thread: confined to the task's.
 */
final class DuplicatesLog {
  /*
   * Two logs can't be made durable in one step, and the partition's log also syncs when it pleases. So after a crash it may have
   * passed duplicates that are not here. Between this log's end and that one's, then, every event comes again; what that log
   * has not is looked at once more (misses). To keep this short, this log's end follows at each sync in which there were duplicates,
   * and every 100,000 offsets.
   */

  private static final Logger LOG = LoggerFactory.getLogger(DuplicatesLog.class);

  private static final long NONE = Long.MAX_VALUE;

  /** How far the log's end may be ahead of this one's before this one follows. */
  private static final long BEHIND_MAX = 100_000;

  /** How many offsets are gone through again at most. */
  private static final long AGAIN_MAX = 10 * BEHIND_MAX;

  private final LogWriter writer;

  /** From here up to {@link #end} events come again. */
  private final long from;

  private final long end;

  /** Which offsets from {@link #from} on the partition's log has. */
  private final BitSet stored;

  /** Up to here they have come again. */
  private long again;

  /** The first duplicate that no sync covers, and the first in the one under way; or NONE. */
  private long unsynced = NONE;

  private long syncing = NONE;

  /** What the last sync that was asked for covers. */
  private long committedTo;

  private CompletableFuture<?> lastCommit = CompletableFuture.completedFuture(null);

  private DuplicatesLog(LogWriter writer, long from, long end, BitSet stored) {
    this.writer = writer;
    this.from = from;
    this.end = end;
    this.stored = stored;
    this.again = from;
    this.committedTo = from;
  }

  /**
   * Opens it.
   *
   * @param log the partition's log
   * @param end that log's next offset
   */
  static DuplicatesLog open(
      Store store, SinkSettings settings, String stream, StreamPartition log, long end) {
    StreamPartition duplicates = new StreamPartition(stream, log.generation(), log.partition());
    boolean isNew = !store.contains(duplicates);
    LogWriter writer = store.openWriter(duplicates, settings.uncompactedLog(), settings.owner());
    boolean done = false;
    try {
      long from = end;
      if (!isNew) {
        from = Math.max(writer.nextOffset(), store.stats(log).startOffset());
        if (end - from > AGAIN_MAX) {
          LOG.warn(
              "{} ends at offset {} and {} at {}: duplicates between were not kept, since {} was"
                  + " not set then, and it would take too long to look for them now",
              duplicates,
              from,
              log,
              end,
              Deduplication.DUPLICATES_STREAM);
          from = end;
        }
      }
      if (writer.nextOffset() < from) {
        writer.skipTo(from);
      }
      // Who finds it again and empty must know that nothing is missing.
      writer.sync();
      DuplicatesLog opened =
          new DuplicatesLog(writer, from, end, offsets(store, log, from, Math.max(from, end)));
      done = true;
      return opened;
    } finally {
      if (!done) {
        writer.abandon();
      }
    }
  }

  private static BitSet offsets(Store store, StreamPartition log, long from, long end) {
    BitSet stored = new BitSet();
    if (from < end) {
      try (LogReader reader = store.openReader(log, ReadRange.offsets(from, end))) {
        while (reader.next()) {
          stored.set(Math.toIntExact(reader.event().offset() - from));
        }
      }
    }
    return stored;
  }

  /** Where events must come again from; the partition's log's end or more if they need not. */
  long comesAgainFrom() {
    return from;
  }

  /** Whether the partition's log has passed {@code offset} and neither has an event of it. */
  boolean misses(long offset) {
    return offset >= writer.nextOffset()
        && offset >= from
        && offset < end
        && !stored.get(Math.toIntExact(offset - from));
  }

  /** An event came, and was taken here, or is stored, or is nowhere to be. */
  void passed(long offset) {
    if (again < end) {
      again = Math.min(end, Math.max(again, offset + 1));
    }
  }

  /** Takes a duplicate, unless it is there already. Returns false if there is no room. */
  boolean tryAppend(Event event) {
    if (event.offset() < writer.nextOffset()) {
      return true;
    }
    if (!writer.tryAppend(event)) {
      return false;
    }
    unsynced = Math.min(unsynced, event.offset());
    return true;
  }

  /**
   * Asks for a sync of what was taken, if it is time for one.
   *
   * @param position the partition's log's, all below which has {@link #passed}, or need not come
   *     again
   */
  CompletableFuture<?> commit(long position) {
    if (unsynced != NONE || position - committedTo >= BEHIND_MAX) {
      follow(position);
      syncing = lastCommit.isDone() ? unsynced : Math.min(syncing, unsynced);
      unsynced = NONE;
      committedTo = writer.nextOffset();
      lastCommit = writer.commit();
    }
    return lastCommit;
  }

  private void follow(long position) {
    long to = again < end ? again : position;
    if (writer.nextOffset() < to) {
      writer.skipTo(to);
    }
  }

  /**
   * Every duplicate below is durable.
   *
   * @param durable up to where the partition's log is
   */
  long durableOffset(long durable) {
    if (lastCommit.isDone() && !lastCommit.isCompletedExceptionally()) {
      syncing = NONE;
    }
    return Math.min(durable, Math.min(unsynced, syncing));
  }

  /** Syncs and lets go of it; what could not be synced in time comes again. */
  boolean close(Duration wait, long position) {
    if (writer.failure() == null) {
      follow(position);
    }
    return writer.close(wait);
  }

  void abandon() {
    writer.abandon();
  }
}
