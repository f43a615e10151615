package io.varve.connect.source.schedule;

import io.varve.SchedulerSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.connect.source.config.ScheduleSettings;
import io.varve.delay.TimerMemory;
import io.varve.format.EntryBlock;
import java.util.function.LongSupplier;

/** The settings of one of a task's schedulers: it gets its share of the task's memory. */
final class TimerShare {

  /** What {@link TimerMemory#DEFAULT} and the events that are read together may take. */
  private static final double DEFAULT_BYTES = 250e6;

  private static final long AHEAD_BYTES_MIN = 1 << 20;
  private static final long SEGMENT_MS_MIN = 600_000;

  private TimerShare() {}

  /**
   * @param partitions among which the task's memory is shared
   * @param neededFrom tells from which offset on the ready log's events stay, however old they are
   */
  static SchedulerSettings of(
      ScheduleSettings settings, String stream, int partitions, LongSupplier neededFrom) {
    long bytes = settings.memoryBytes() / Math.max(1, partitions);
    SchedulerSettings defaults = SchedulerSettings.of(stream);
    double scale = Math.min(1, bytes / DEFAULT_BYTES);
    return defaults
        .withTickMs(settings.tickMs())
        .withOverdue(settings.overdue())
        .withReady(readyLog(settings.readyRetentionMs(), neededFrom))
        .withMemory(memory(scale))
        .withCacheBytes((long) (defaults.cacheBytes() * scale));
  }

  private static TimerMemory memory(double scale) {
    TimerMemory all = TimerMemory.DEFAULT;
    int loaded = blocks(all.loaded() * scale, 4);
    return new TimerMemory(
        Math.max(4 * loaded, (int) (all.nearMax() * scale)),
        Math.max(4 * loaded, (int) (all.farMax() * scale)),
        loaded,
        loaded / 4,
        Math.max(256, (int) (all.ahead() * scale)),
        Math.max(AHEAD_BYTES_MIN, (long) (all.aheadBytes() * scale)),
        Math.max(256, (int) (all.stepEvents() * scale)));
  }

  private static int blocks(double entries, int min) {
    return Math.max(min, (int) (entries / EntryBlock.ENTRIES_MAX)) * EntryBlock.ENTRIES_MAX;
  }

  /** Whole segments expire: they are eighths of what is kept. */
  private static LogSettings readyLog(long retentionMs, LongSupplier neededFrom) {
    LogSettings ready = LogSettings.defaults();
    return retentionMs < 0
        ? ready
        : ready
            .withRetention(new Retention(retentionMs, -1).withNeededFrom(neededFrom))
            .withSegmentMs(Math.max(SEGMENT_MS_MIN, retentionMs / 8));
  }
}
