package io.varve.event;

import java.util.Set;

/**
 * Names of headers that have a meaning to Varve itself. Whoever takes events in from elsewhere
 * writes them only by what it was told, and whoever hands events out leaves them out.
 */
public final class Reserved {

  /** An event's schedule id, as bytes of UTF-8: the pending event of an id is replaced by it. */
  public static final String SCHEDULE_ID = "varve.schedule.id";

  /** When an event is released again and again, as a cron expression in UTF-8. */
  public static final String SCHEDULE_CRON = "varve.schedule.cron";

  /** The topic to which an event is delivered when it is released, in UTF-8. */
  public static final String DELIVER_TOPIC = "varve.deliver.topic";

  /** The key with which an event is delivered when it is released, in an encoding of its own. */
  public static final String DELIVER_KEY = "varve.deliver.key";

  /** What the last header of each event of a ready log tells: where it comes from. */
  public static final String RELEASE = "varve.release";

  private static final Set<String> ALL =
      Set.of(SCHEDULE_ID, SCHEDULE_CRON, DELIVER_TOPIC, DELIVER_KEY, RELEASE);

  private Reserved() {}

  /** Whether a header of that name has a meaning to Varve itself. */
  public static boolean isReserved(String name) {
    return name.startsWith("varve.") && ALL.contains(name);
  }
}
