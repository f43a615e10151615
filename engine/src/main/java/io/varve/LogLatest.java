package io.varve;

import io.varve.base.StoreFailedException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.manifest.LogFolder;
import io.varve.view.BlockCache;
import io.varve.view.KeyTable;
import io.varve.view.LogBlocks;
import io.varve.view.SavedTables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest events of one log. A table leads from a key to an offset, the log's index from there
 * to the event; a reader follows the log and keeps the table up to it.
 *
 * <p>Thread: safe.
 */
final class LogLatest implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogLatest.class);

  /** So many events are noted in one go. */
  private static final int STEP_EVENTS = 512;

  /** A table is saved when so many events were noted since it was last, or as many as it has. */
  private static final long SAVE_EVENTS_MIN = 1 << 20;

  private final LogFolder log;
  private final LatestSettings settings;
  private final LatestView.Listener listener;
  private final LongFunction<LogReader> readers;
  private final SavedTables tables;
  private final LogBlocks blocks;
  private final KeyTable table;
  private final LogReader follower;
  private final KeyHash hash;

  // The events that are noted next.
  private final long[] highs = new long[STEP_EVENTS];
  private final long[] lows = new long[STEP_EVENTS];
  private final long[] offsets = new long[STEP_EVENTS];
  private final boolean[] tombstones = new boolean[STEP_EVENTS];

  private byte[] key = new byte[64];
  private long unsaved;
  private long expiredBelow;
  private boolean warned;

  /**
   * @param readers opens a reader of the log from an offset on
   */
  LogLatest(
      LogFolder log,
      UUID storeId,
      long number,
      LatestSettings settings,
      BlockCache cache,
      LatestView.Listener listener,
      LongFunction<LogReader> readers)
      throws IOException {
    this.log = log;
    this.settings = settings;
    this.listener = listener;
    this.readers = readers;
    this.tables = new SavedTables(log, storeId, number);
    this.hash = new KeyHash(storeId);
    this.blocks = new LogBlocks(log, cache);
    boolean done = false;
    try {
      blocks.refresh();
      SavedTables.Saved saved = tables.newest(blocks.nextOffset(), blocks.epoch());
      this.table = saved == null ? new KeyTable() : saved.table();
      this.follower = readers.apply(saved == null ? 0 : saved.nextOffset());
      blocks.loadIndexes();
      done = true;
    } finally {
      if (!done) {
        blocks.close();
      }
    }
  }

  /**
   * Takes in what was published since.
   *
   * @return whether there was anything
   */
  synchronized boolean refresh() {
    try {
      long before = follower.position();
      blocks.refresh();
      long end = blocks.nextOffset();
      while (follower.position() < end) {
        int count = read(end);
        table.change(() -> note(count));
        listener.read(log.name(), follower.position(), end);
      }
      expire();
      if (unsaved >= Math.max(SAVE_EVENTS_MIN, table.keys())) {
        save();
      }
      return follower.position() > before;
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + log.name() + " failed", e);
    }
  }

  /** Reads the next events and returns how many of them have a key. */
  private int read(long end) {
    int count = 0;
    while (count < STEP_EVENTS && follower.position() < end && follower.next()) {
      EventView event = follower.event();
      int length = event.keyLength();
      if (length < 0) {
        continue;
      }
      if (key.length < length) {
        key = new byte[length];
      }
      event.copyKey(ByteBuffer.wrap(key));
      hash.of(event.keyEncoding(), key, length);
      highs[count] = hash.high();
      lows[count] = hash.low();
      offsets[count] = event.offset();
      tombstones[count] = event.valueLength() < 0;
      count++;
    }
    return count;
  }

  private void note(int count) {
    for (int i = 0; i < count; i++) {
      if (tombstones[i]) {
        table.remove(highs[i], lows[i], offsets[i]);
      } else {
        table.put(highs[i], lows[i], offsets[i]);
      }
    }
    unsaved += count;
  }

  /** Forgets keys whose events retention has taken, when they may be many. */
  private void expire() {
    long start = blocks.startOffset();
    if (start - expiredBelow > table.keys() / 4) {
      table.removeBelow(start);
      expiredBelow = start;
    }
  }

  /**
   * The latest event of a key.
   *
   * @param hashed the key's hash
   * @return null if there is none
   */
  @Nullable Event get(Encoding encoding, byte[] wanted, KeyHash hashed) {
    try {
      for (long tried = -1; ; refresh()) {
        long offset = table.find(hashed.high(), hashed.low());
        if (offset < 0) {
          return null;
        }
        Event event = find(offset, encoding, wanted);
        if (event != null) {
          return event;
        }
        if (offset < blocks.startOffset()) {
          return null;
        }
        if (offset == tried) {
          return scan(encoding, wanted);
        }
        // Compaction may have taken the event since there is a later one: that is noted next.
        tried = offset;
      }
    } catch (IOException e) {
      throw new StoreFailedException("Reading " + log.name() + " failed", e);
    }
  }

  private @Nullable Event find(long offset, Encoding encoding, byte[] wanted) throws IOException {
    try {
      return blocks.find(offset, encoding, wanted);
    } catch (NoSuchFileException | ClosedChannelException e) {
      // Its segment was replaced or has expired.
      return null;
    }
  }

  /** Looks through the whole log: two keys have the same hash, or the table is wrong. */
  private @Nullable Event scan(Encoding encoding, byte[] wanted) {
    if (!warned) {
      warned = true;
      LOG.warn(
          "A key of {} is not where the saved table has it, so the whole log is read for it. If that"
              + " happens often, delete the folder {}/views: the table is made anew then",
          log.name(),
          log.directory());
    }
    Event latest = null;
    try (LogReader reader = readers.apply(0)) {
      while (reader.next()) {
        EventView event = reader.event();
        if (event.keyLength() == wanted.length
            && event.keyEncoding() == encoding
            && Arrays.equals(event.key(), wanted)) {
          latest = event.valueLength() < 0 ? null : event.toEvent();
        }
      }
    }
    return latest;
  }

  StreamPartition name() {
    return log.name();
  }

  /** Every event with a lower offset is in the view. */
  synchronized long nextOffset() {
    return follower.position();
  }

  /** How many keys have a latest event. */
  long keys() {
    return table.keys();
  }

  /** Bytes of memory, without the cache. */
  long bytes() {
    return table.bytes();
  }

  private void save() {
    if (!settings.saved()) {
      return;
    }
    try {
      tables.save(table, follower.position(), blocks.epoch());
    } catch (IOException e) {
      LOG.warn(
          "The table of the keys of {} could not be saved, so the next view reads the log: {}",
          log.name(),
          e.toString());
    }
    unsaved = 0;
  }

  /** Saves the table if it would take long to make up for it. */
  @Override
  public synchronized void close() {
    if (unsaved > table.keys() / 16) {
      save();
    }
    try {
      follower.close();
      blocks.close();
    } catch (IOException e) {
      throw new StoreFailedException("Closing the view of " + log.name() + " failed", e);
    }
  }
}
