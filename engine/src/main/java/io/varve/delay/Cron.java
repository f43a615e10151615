package io.varve.delay;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.varve.base.BadSettingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * When an event is released again and again: five fields as Unix has them (minute, hour, day of
 * month, month, day of week), or six or seven as Quartz has them (a second before, a year behind;
 * one of the two days is {@code ?}). Before them {@code TZ=Europe/Berlin} and a blank may name a
 * time zone, which is UTC else.
 *
 * <p>Times are whole seconds. A time that the zone's clocks skip does not come on that day; one
 * that they show twice comes once or twice, as it is meant by an expression for a time of day or
 * for every so often.
 *
 * <p>Thread: confined to one.
 */
public final class Cron {

  /** What {@link #next} returns when there is none. */
  public static final long NONE = Long.MAX_VALUE;

  /** No expression is longer, in characters. */
  public static final int LENGTH_MAX = 256;

  private static final String ZONE = "TZ=";
  private static final int UNIX_FIELDS = 5;
  private static final int QUARTZ_FIELDS_MAX = 7;

  private static final CronParser UNIX =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
  private static final CronParser QUARTZ =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ));

  // Years that both dialects have.
  private static final long BEGIN_MS = Instant.parse("1970-01-01T00:00:00Z").toEpochMilli();
  private static final long END_MS = Instant.parse("2100-01-02T00:00:00Z").toEpochMilli();

  private final String expression;
  private final ExecutionTime times;
  private final ZoneId zone;

  // Many events that have the same expression are due at the same time.
  private long lastAfterMs = Long.MIN_VALUE;
  private long lastNextMs;

  private Cron(String expression, ExecutionTime times, ZoneId zone) {
    this.expression = expression;
    this.times = times;
    this.zone = zone;
  }

  private static BadSettingException bad(String text, String reason) {
    return new BadSettingException(
        "cron", "'" + text + "'", "a cron expression; with this one, " + reason);
  }

  /**
   * Reads an expression.
   *
   * @throws BadSettingException if it can't be understood, or names no time between 1970 and 2099
   */
  public static Cron parse(String text) {
    if (text.length() > LENGTH_MAX) {
      throw bad(
          text.substring(0, LENGTH_MAX) + "...",
          "there are " + text.length() + " characters, where " + LENGTH_MAX + " are allowed");
    }
    String fields = text.strip();
    ZoneId zone = ZoneOffset.UTC;
    if (fields.startsWith(ZONE)) {
      String[] parts = fields.split("\\s+", 2);
      zone = zone(text, parts[0].substring(ZONE.length()));
      fields = parts.length == 1 ? "" : parts[1];
    }
    int count = fields.isEmpty() ? 0 : fields.split("\\s+").length;
    if (count < UNIX_FIELDS || count > QUARTZ_FIELDS_MAX) {
      throw bad(
          text, "there are " + count + " fields, where 5 (Unix), 6 or 7 (Quartz) are allowed");
    }
    Cron cron = new Cron(text, times(text, fields, count == UNIX_FIELDS ? UNIX : QUARTZ), zone);
    if (cron.next(Long.MIN_VALUE) == NONE) {
      throw bad(text, "nothing ever happens: it never fires");
    }
    return cron;
  }

  private static ZoneId zone(String text, String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw bad(text, "there is no time zone '" + name + "'; one is named such as Europe/Berlin");
    }
  }

  private static ExecutionTime times(String text, String fields, CronParser parser) {
    try {
      return ExecutionTime.forCron(parser.parse(fields).validate());
    } catch (RuntimeException e) {
      // The parser throws more than it says.
      String message = e.getMessage();
      throw bad(text, message == null ? e.toString() : message);
    }
  }

  /**
   * The first time that is later than another.
   *
   * @return milliseconds since the Unix epoch, or {@link #NONE}
   * @throws BadSettingException if the expression names a day that some month hasn't, in a way that
   *     leaves open what is meant
   */
  public long next(long afterMs) {
    long fromMs = Math.floorDiv(Math.max(afterMs, BEGIN_MS - 1), 1000L) * 1000L;
    if (fromMs >= END_MS) {
      return NONE;
    }
    if (fromMs != lastAfterMs) {
      lastNextMs = find(fromMs);
      lastAfterMs = fromMs;
    }
    return lastNextMs;
  }

  private long find(long fromMs) {
    try {
      long nextMs =
          times
              .nextExecution(Instant.ofEpochMilli(fromMs).atZone(zone))
              .map(next -> next.toInstant().toEpochMilli())
              .orElse(NONE);
      // What the events' order rests on must not rest on a library alone.
      return nextMs > fromMs && nextMs < END_MS ? nextMs : NONE;
    } catch (DateTimeException | IllegalArgumentException e) {
      throw bad(
          expression,
          String.format(
              Locale.ROOT, "what follows %s is not known: %s", Instant.ofEpochMilli(fromMs), e));
    }
  }

  /** No expression names a time behind another that is earlier than this. */
  public static long earliestNext(long afterMs) {
    return (Math.floorDiv(afterMs, 1000L) + 1) * 1000L;
  }

  @Override
  public String toString() {
    return expression;
  }
}
