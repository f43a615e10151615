package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.dedup.Buckets;
import io.varve.dedup.DedupSettings;
import io.varve.dedup.DedupWindow;
import io.varve.dedup.LogTime;
import io.varve.dedup.RocksFolder;
import io.varve.event.EventView;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a log's window of message ids up to the log, of which it is a view: loads what is saved,
 * and reads the rest from the log.
 *
 * <p>Thread: confined to one.
 */
final class DedupOpening {

  private static final Logger LOG = LoggerFactory.getLogger(DedupOpening.class);

  /** So many offsets at the log's end are read first for its time, then more and more. */
  private static final long TAIL_OFFSETS = 256;

  private final LogWriter writer;
  private final UUID storeId;
  private final DedupSettings settings;
  private final Function<ReadRange, LogReader> readers;
  private final Clock clock;
  private final long end;
  private long readEvents;

  /**
   * @param readers opens a reader of the log
   */
  DedupOpening(
      LogWriter writer,
      UUID storeId,
      DedupSettings settings,
      Function<ReadRange, LogReader> readers,
      Clock clock) {
    this.writer = writer;
    this.storeId = storeId;
    this.settings = settings;
    this.readers = readers;
    this.clock = clock;
    this.end = writer.nextOffset();
  }

  /** Refuses compaction that would take ids away which could not be read from the log then. */
  static void check(LogSettings log, DedupSettings dedup) {
    if (log.compaction().enabled() && log.compaction().lagMs() < dedup.ttlMs()) {
      throw new BadSettingException(
          "dedup.ttl.ms",
          dedup.ttlMs(),
          "at most min.compaction.lag.ms, which is "
              + log.compaction().lagMs()
              + ", since message ids of events that compaction has taken are not remembered");
    }
  }

  /**
   * Opens it. Only what is damaged is thrown away: the log need not go back as far as what is
   * saved.
   *
   * @param saved where buckets are
   * @param strand saves them
   */
  DedupWriter open(Buckets.Opening saved, Executor strand) throws IOException {
    Buckets buckets;
    try {
      buckets = saved.open(false);
    } catch (LinkageError e) {
      throw new BadSettingException(
          "dedup.ttl.ms",
          settings.ttlMs(),
          "org.rocksdb:rocksdbjni in the class path, built for this machine, but: " + e);
    }
    boolean done = false;
    try {
      DedupWindow window = window(buckets);
      try {
        window.load(end);
      } catch (CorruptionException e) {
        LOG.warn(
            "The message ids saved of {} are damaged, or of another log, and thrown away. {}: {}",
            writer.log(),
            RocksFolder.FROM_THE_LOG,
            e.toString());
        buckets.close();
        buckets = saved.open(true);
        window = window(buckets);
        window.load(end);
      }
      catchUp(window);
      window.saveOn(strand);
      DedupWriter opened = new DedupWriter(writer, window, buckets, strand, clock, readEvents);
      done = true;
      return opened;
    } finally {
      if (!done) {
        buckets.close();
      }
    }
  }

  private DedupWindow window(Buckets buckets) {
    return new DedupWindow(writer.log().toString(), storeId, settings, buckets);
  }

  private void catchUp(DedupWindow window) {
    if (window.covers() < end) {
      LogTime timeAtEnd = timeAtEnd();
      long horizonMs = timeAtEnd.nowMs() - settings.ttlMs() - settings.ttlMs() / 8;
      if (horizonMs > 0) {
        window.beginAt(firstAfter(horizonMs));
      }
      try (LogReader reader = readers.apply(ReadRange.offsets(window.covers(), end))) {
        while (reader.next()) {
          take(reader.event(), window);
        }
      }
      window.timeIs(timeAtEnd);
    }
    window.skippedTo(end);
  }

  private void take(EventView event, DedupWindow window) {
    long offset = event.offset();
    long timestampMs = event.timestampMs();
    byte[] id = event.messageId();
    readEvents++;
    if (id == null || window.known(id, id.length, timestampMs)) {
      window.storedWithoutId(offset, timestampMs);
      return;
    }
    if (!window.hasRoom(end)) {
      throw new StoreFailedException(
          "Saving message ids of " + writer.log() + " failed", window.failure());
    }
    window.stored(offset, timestampMs);
  }

  private LogTime timeAtEnd() {
    for (long offsets = TAIL_OFFSETS; ; offsets *= 16) {
      long from = Math.max(0, end - offsets);
      LogTime time = new LogTime();
      try (LogReader reader = readers.apply(ReadRange.offsets(from, end))) {
        while (reader.next()) {
          time.add(reader.event().timestampMs());
          readEvents++;
        }
      }
      if (time.isComplete() || from == 0) {
        return time;
      }
    }
  }

  /**
   * The offset of the log's first event that is as late as {@code timeMs}. All before are earlier,
   * and so was the log's time then; so their ids don't count any more.
   */
  private long firstAfter(long timeMs) {
    ReadRange range = ReadRange.offsets(0, end).withTimes(timeMs, Long.MAX_VALUE);
    try (LogReader reader = readers.apply(range)) {
      return reader.next() ? reader.event().offset() : end;
    }
  }
}
