package io.varve.flink.source;

import io.varve.field.Condition;
import io.varve.flink.source.discover.StreamSelection;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is read, and how.
 *
 * @param path the store's folder, on the job manager and on every task manager
 * @param streams which streams
 * @param generation which generation of each: a number, {@link #LATEST_GENERATION} or {@link
 *     #ALL_GENERATIONS}
 * @param start where reading begins
 * @param stop where it ends; null: the job follows the streams as they grow
 * @param range bounds within start and end
 * @param expired what to do when events are gone that were to be read
 * @param filter which events, or null for all
 * @param expression which events, in CEL, or null for all
 * @param condition what the fields of an event have to meet; some that don't may be read, too
 * @param group the group of consumers that is told where the job is, or null
 * @param discoveryMs how often to look for new streams, partitions and generations, milliseconds; 0
 *     for once
 * @param splitOffsets a bounded replay cuts a partition into splits of as many offsets; 0 for one
 *     split a partition
 * @param eventsMax each subtask ends after as many elements; {@link Long#MAX_VALUE} for no limit
 */
public record SourceSettings(
    String path,
    StreamSelection streams,
    int generation,
    LogPlace start,
    @Nullable LogPlace stop,
    EventRange range,
    ExpiredOffset expired,
    @Nullable EventFilter filter,
    @Nullable String expression,
    Condition condition,
    @Nullable String group,
    long discoveryMs,
    long splitOffsets,
    long eventsMax)
    implements Serializable {

  public static final int LATEST_GENERATION = 0;

  public static final int ALL_GENERATIONS = -1;

  /** Whether some events are passed by because of what is in them. */
  public boolean choosesByFields() {
    return expression != null || !(condition instanceof Condition.All);
  }

  /** Whether reading ends. */
  public boolean bounded() {
    return stop != null;
  }
}
