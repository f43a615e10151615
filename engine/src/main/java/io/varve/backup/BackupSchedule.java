package io.varve.backup;

import io.varve.base.BadSettingException;
import io.varve.manifest.StoreFiles;
import io.varve.work.Work;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backs a store up again and again, and expires old points after each time. A backup that fails is
 * logged and tried again after the interval; one that takes longer than the interval is not begun a
 * second time beside itself.
 *
 * <p>Thread: safe.
 */
public final class BackupSchedule implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BackupSchedule.class);

  private final Repository repository;
  private final StoreFiles source;
  private final Keep keep;
  private final Executor strand;
  private final Work.Repeating repeating;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean closed;
  private volatile @Nullable BackupReport last;
  private volatile @Nullable RuntimeException failure;

  /**
   * Begins with a backup after one interval.
   *
   * @param work whose threads do it; must not be the store's, which writers need
   * @param intervalMs from the begin of one backup to that of the next, milliseconds; from 1
   * @throws BadSettingException if the interval is too short
   */
  public BackupSchedule(
      Repository repository, StoreFiles source, Keep keep, long intervalMs, Work work) {
    if (intervalMs < 1) {
      throw new BadSettingException("backup.interval.ms", intervalMs, "a number from 1");
    }
    this.repository = repository;
    this.source = source;
    this.keep = keep;
    this.strand = work.strand();
    this.repeating = work.every(intervalMs, this::begin);
  }

  private void begin() {
    if (!closed && running.compareAndSet(false, true)) {
      strand.execute(this::run);
    }
  }

  private void run() {
    try {
      last = repository.backup(source, status -> !closed);
      repository.expire(keep);
      failure = null;
    } catch (CancellationException e) {
      LOG.info("Backup to {} ended: {}", repository.path(), e.getMessage());
    } catch (RuntimeException e) {
      failure = e;
      LOG.error("Backup to {} failed; it is tried again: {}", repository.path(), e.toString());
    } finally {
      running.set(false);
    }
  }

  /** The last backup that was done, or null if none was yet. */
  public @Nullable BackupReport last() {
    return last;
  }

  /** Why the newest attempt failed, or null if it did not. */
  public @Nullable RuntimeException failure() {
    return failure;
  }

  /** Begins no more backups and ends the one that is under way. */
  @Override
  public void close() {
    closed = true;
    repeating.close();
  }
}
