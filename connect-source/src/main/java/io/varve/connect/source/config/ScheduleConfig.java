package io.varve.connect.source.config;

import io.varve.Overdue;
import io.varve.base.BadSettingException;
import io.varve.connect.common.config.Limits;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The settings that only count with {@code mode=scheduled}. */
public final class ScheduleConfig {

  public static final String OVERDUE = "overdue";
  public static final String TICK_MS = "tick.ms";
  public static final String MEMORY_BYTES = "schedule.memory.bytes";
  public static final String READY_RETENTION_MS = "ready.retention.ms";

  /** Their names. */
  static final List<String> NAMES = List.of(OVERDUE, TICK_MS, MEMORY_BYTES, READY_RETENTION_MS);

  private static final String GROUP = "Schedule";

  private ScheduleConfig() {}

  static void define(ConfigDef def) {
    def.define(
        OVERDUE,
        Type.STRING,
        "fire",
        new ReadableText(
            ScheduleConfig::overdue,
            "fire, drop, or fire-within: and a duration such as PT1H or in milliseconds"),
        Importance.MEDIUM,
        "What becomes of events that fell due while no task ran: fire delivers them all, in the order"
            + " of their due times; drop none; fire-within:PT1H those that are at most an hour late. What"
            + " is not delivered is counted in dropped-total.",
        GROUP,
        1,
        Width.SHORT,
        "Overdue events",
        List.of(),
        Recommenders.onlyIn(Mode.SCHEDULED));
    def.define(
        TICK_MS,
        Type.INT,
        1,
        Limits.millis(1, 1000),
        Importance.LOW,
        "How finely time is divided, in milliseconds. An event may be later by a tick, and is never"
            + " early.",
        GROUP,
        2,
        Width.SHORT,
        Recommenders.title(TICK_MS),
        List.of(),
        Recommenders.onlyIn(Mode.SCHEDULED));
    def.define(
        MEMORY_BYTES,
        Type.LONG,
        256L << 20,
        Limits.bytes(16L << 20, 1L << 40),
        Importance.MEDIUM,
        "Memory of a task for what is due next, about. Its partitions share it; all else that is"
            + " pending waits on disk, however much it is.",
        GROUP,
        3,
        Width.SHORT,
        "Memory of the schedule",
        List.of(),
        Recommenders.onlyIn(Mode.SCHEDULED));
    def.define(
        READY_RETENTION_MS,
        Type.LONG,
        86_400_000L,
        Limits.millis(3_600_000, Long.MAX_VALUE).orMinusOne("for ever"),
        Importance.LOW,
        "How long events stay in the ready log after they were released. Those that Connect has not"
            + " committed stay longer, as long as that takes.",
        GROUP,
        4,
        Width.SHORT,
        "Retention of the ready log",
        List.of(),
        Recommenders.onlyIn(Mode.SCHEDULED));
  }

  /** IllegalArgumentException if {@code text} can't be read. */
  static Overdue overdue(String text) {
    try {
      return Overdue.parse(text.trim());
    } catch (BadSettingException e) {
      throw new IllegalArgumentException(text.trim(), e);
    }
  }
}
