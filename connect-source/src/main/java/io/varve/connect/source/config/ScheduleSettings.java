package io.varve.connect.source.config;

import io.varve.Overdue;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * What the settings say of {@code mode=scheduled}.
 *
 * @param memoryBytes of a task
 * @param readyRetentionMs -1 for ever
 */
public record ScheduleSettings(
    Overdue overdue, int tickMs, long memoryBytes, long readyRetentionMs) {

  static ScheduleSettings of(AbstractConfig config) {
    return new ScheduleSettings(
        ScheduleConfig.overdue(config.getString(ScheduleConfig.OVERDUE)),
        config.getInt(ScheduleConfig.TICK_MS),
        config.getLong(ScheduleConfig.MEMORY_BYTES),
        config.getLong(ScheduleConfig.READY_RETENTION_MS));
  }
}
