package io.varve;

import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.delay.PendingTimers;
import io.varve.manifest.LogFolder;
import io.varve.manifest.ReaderLeases;
import io.varve.view.BlockCache;
import io.varve.view.LogBlocks;
import io.varve.work.Work;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Opens a scheduler:
 *
 * <ol>
 *   <li>takes the ready log over, which fences whoever had it;
 *   <li>finds out by its last event how far timers were released;
 *   <li>opens what is pending;
 *   <li>opens the log where taking in goes on, under a lease that keeps what is pending, in the log
 *       too: retention does not take it as long as the scheduler is open.
 * </ol>
 *
 * <p>If a step fails, what the ones before have opened is let go of.
 */
final class SchedulerOpening {

  private final Store store;
  private final Clock clock;
  private final Work work;
  private final UUID storeId;
  private final LogFolder log;
  private final LogFolder readyLog;
  private final SchedulerSettings settings;

  private @Nullable LogWriter ready;
  private @Nullable PendingTimers timers;
  private ReaderLeases.@Nullable Lease lease;
  private @Nullable LogBlocks blocks;
  private @Nullable LogReader reader;

  SchedulerOpening(
      Store store,
      Clock clock,
      Work work,
      UUID storeId,
      LogFolder log,
      LogFolder readyLog,
      SchedulerSettings settings) {
    this.store = store;
    this.clock = clock;
    this.work = work;
    this.storeId = storeId;
    this.log = log;
    this.readyLog = readyLog;
    this.settings = settings;
  }

  Scheduler open(String owner) throws IOException {
    boolean done = false;
    try {
      Scheduler opened = new Scheduler(openParts(owner), settings, clock, work, storeId);
      opened.rearmLapsed();
      done = true;
      return opened;
    } finally {
      if (!done) {
        letGo();
      }
    }
  }

  private Scheduler.Parts openParts(String owner) throws IOException {
    LogWriter writer = store.openWriter(readyLog.name(), settings.ready(), owner);
    ready = writer;
    long epoch = writer.epoch();
    PendingTimers pending =
        PendingTimers.open(
            readyLog.directory().folder("timers"),
            storeId,
            epoch,
            Releases.last(store, readyLog.name(), writer.nextOffset()),
            writer.nextOffset(),
            settings.memory(),
            settings.tickMs(),
            clock.wallMs(),
            work.strand());
    timers = pending;
    ReaderLeases.Lease kept = log.leases().takePending(pending.lowestOffset(), store.nextNumber());
    lease = kept;
    LogBlocks found = new LogBlocks(log, new BlockCache(settings.cacheBytes()));
    blocks = found;
    found.refresh();
    checkOrigin(pending.releasedBefore().nextOffset(), found.nextOffset());
    LogReader following =
        store.openReader(
            log.name(),
            ReadRange.all().withOffsets(pending.progress().nextOffset(), Long.MAX_VALUE));
    reader = following;
    return new Scheduler.Parts(
        log, following, found, writer, pending, kept, new ReadyOwner(readyLog, epoch));
  }

  /** Whether the log can be the one whose events were released. */
  private void checkOrigin(long releasedNextOffset, long logNextOffset) {
    if (releasedNextOffset > logNextOffset) {
      throw new StoreFailedException(
          readyLog.name()
              + " tells of events up to offset "
              + releasedNextOffset
              + " of "
              + log.name()
              + ", which ends at "
              + logNextOffset
              + ": one of the two is an older copy. Take the ready log's folder away to begin"
              + " anew: all timers of the log are released again then",
          null);
    }
  }

  private void letGo() throws IOException {
    if (ready != null) {
      ready.abandon();
    }
    if (timers != null) {
      timers.close();
    }
    if (reader != null) {
      reader.close();
    }
    if (blocks != null) {
      blocks.close();
    }
    if (lease != null) {
      lease.close();
    }
  }
}
