package io.varve;

import io.varve.base.BadSettingException;
import io.varve.commit.LogSettings;
import io.varve.delay.TimerMemory;
import io.varve.event.Reserved;

/**
 * How a scheduler works.
 *
 * @param readyStream the stream to which events go when they are due; the generation and the
 *     partition are those of the log they come from
 * @param idHeader the name of the header that has an event's schedule id
 * @param cronHeader the name of the header that says when an event is released again; like {@code
 *     idHeader} to stay the same as long as anything is pending
 * @param tickMs how finely time is divided, 1 to 1,000 milliseconds
 * @param overdue what becomes of events that fell due while no scheduler ran
 * @param ready how the ready log is written; it is kept for an hour at least
 * @param memory how much of what is pending is kept in memory
 * @param cacheBytes memory for events that are read together, bytes
 */
public record SchedulerSettings(
    String readyStream,
    String idHeader,
    String cronHeader,
    int tickMs,
    Overdue overdue,
    LogSettings ready,
    TimerMemory memory,
    long cacheBytes) {

  /** What is behind the name of a stream in the name of its ready stream. */
  public static final String READY_SUFFIX = ".ready";

  private static final long RETENTION_MS_MIN = 3_600_000;

  public SchedulerSettings {
    if (tickMs < 1 || tickMs > 1000) {
      throw new BadSettingException("tick.ms", tickMs, "a number from 1 to 1000");
    }
    if (idHeader.isEmpty()) {
      throw new BadSettingException("schedule.id.header", idHeader, "the name of a header");
    }
    if (cronHeader.isEmpty() || cronHeader.equals(idHeader)) {
      throw new BadSettingException(
          "schedule.cron.header", cronHeader, "the name of a header other than " + idHeader);
    }
    if (ready.retention().ms() >= 0 && ready.retention().ms() < RETENTION_MS_MIN) {
      throw new BadSettingException(
          "ready.retention.ms",
          ready.retention().ms(),
          "-1, or a number from " + RETENTION_MS_MIN + ": the ready log tells what was released");
    }
    if (cacheBytes < 0) {
      throw new BadSettingException("cache.bytes", cacheBytes, "a number from 0");
    }
  }

  /** Ticks of a millisecond, what is overdue is released at once, a cache of 32 MiB. */
  public static SchedulerSettings of(String stream) {
    return new SchedulerSettings(
        stream + READY_SUFFIX,
        Reserved.SCHEDULE_ID,
        Reserved.SCHEDULE_CRON,
        1,
        Overdue.FIRE,
        LogSettings.defaults(),
        TimerMemory.DEFAULT,
        32L << 20);
  }

  public SchedulerSettings withReadyStream(String value) {
    return new SchedulerSettings(
        value, idHeader, cronHeader, tickMs, overdue, ready, memory, cacheBytes);
  }

  public SchedulerSettings withIdHeader(String value) {
    return new SchedulerSettings(
        readyStream, value, cronHeader, tickMs, overdue, ready, memory, cacheBytes);
  }

  public SchedulerSettings withCronHeader(String value) {
    return new SchedulerSettings(
        readyStream, idHeader, value, tickMs, overdue, ready, memory, cacheBytes);
  }

  public SchedulerSettings withTickMs(int value) {
    return new SchedulerSettings(
        readyStream, idHeader, cronHeader, value, overdue, ready, memory, cacheBytes);
  }

  public SchedulerSettings withOverdue(Overdue value) {
    return new SchedulerSettings(
        readyStream, idHeader, cronHeader, tickMs, value, ready, memory, cacheBytes);
  }

  public SchedulerSettings withReady(LogSettings value) {
    return new SchedulerSettings(
        readyStream, idHeader, cronHeader, tickMs, overdue, value, memory, cacheBytes);
  }

  public SchedulerSettings withMemory(TimerMemory value) {
    return new SchedulerSettings(
        readyStream, idHeader, cronHeader, tickMs, overdue, ready, value, cacheBytes);
  }

  public SchedulerSettings withCacheBytes(long value) {
    return new SchedulerSettings(
        readyStream, idHeader, cronHeader, tickMs, overdue, ready, memory, value);
  }
}
