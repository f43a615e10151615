package io.varve;

import io.varve.base.BadSettingException;
import io.varve.delay.Cron;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.TimestampType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Makes events that a {@link Scheduler} with its usual settings releases later. They are appended
 * through a {@link LogWriter} like any others; so is what cancels them, for what is pending follows
 * from the log alone.
 */
public final class Delayed {

  private Delayed() {}

  /**
   * An event that is released at a time.
   *
   * @param dueMs milliseconds since the Unix epoch; one that is over will do
   * @throws BadSettingException if it is before the epoch
   */
  public static Event at(Event event, long dueMs) {
    return with(event, dueMs, null, null);
  }

  /**
   * An event that is released at a time, in place of the pending one with its id.
   *
   * @param dueMs milliseconds since the Unix epoch; one that is over will do
   * @param id of whoever appends; counts within a log
   * @throws BadSettingException if the time is before the epoch
   */
  public static Event at(Event event, long dueMs, String id) {
    return with(event, dueMs, id, null);
  }

  /**
   * An event that is released again and again.
   *
   * @param cron when, see {@link Cron}
   * @param afterMs the first time is later than this
   * @throws BadSettingException if the expression is bad or names no later time
   */
  public static Event every(Event event, String cron, long afterMs) {
    return with(event, first(cron, afterMs), null, cron);
  }

  /**
   * An event that is released again and again until it is cancelled, in place of the pending one
   * with its id.
   */
  public static Event every(Event event, String cron, long afterMs, String id) {
    return with(event, first(cron, afterMs), id, cron);
  }

  /**
   * An event that cancels the pending one with an id: a tombstone, which is not released itself.
   *
   * @param offset where it is appended
   * @param key in a log that is compacted, the key of what is cancelled; else anything
   */
  public static Event cancel(long offset, long timestampMs, byte @Nullable [] key, String id) {
    return new Event(
        offset,
        timestampMs,
        TimestampType.CREATE,
        Encoding.BYTES,
        key,
        Encoding.BYTES,
        null,
        Headers.builder().add(Reserved.SCHEDULE_ID, bytes(id)).build(),
        null,
        Event.NOT_DELAYED);
  }

  private static long first(String cron, long afterMs) {
    long firstMs = Cron.parse(cron).next(afterMs);
    if (firstMs == Cron.NONE) {
      throw new BadSettingException("cron", cron, "one that names a time after " + afterMs);
    }
    return firstMs;
  }

  private static Event with(Event event, long dueMs, @Nullable String id, @Nullable String cron) {
    if (dueMs < 0) {
      throw new BadSettingException("due time", dueMs, "milliseconds since the Unix epoch, from 0");
    }
    Headers.Builder headers = Headers.builder();
    for (Headers.Header header : event.headers().asList()) {
      if (!header.name().equals(Reserved.SCHEDULE_ID)
          && !header.name().equals(Reserved.SCHEDULE_CRON)) {
        headers.add(header.name(), header.encoding(), header.value());
      }
    }
    if (id != null) {
      headers.add(Reserved.SCHEDULE_ID, bytes(id));
    }
    if (cron != null) {
      headers.add(Reserved.SCHEDULE_CRON, bytes(cron));
    }
    return new Event(
        event.offset(),
        event.timestampMs(),
        event.timestampType(),
        event.keyEncoding(),
        event.key(),
        event.valueEncoding(),
        event.value(),
        headers.build(),
        event.messageId(),
        dueMs);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
