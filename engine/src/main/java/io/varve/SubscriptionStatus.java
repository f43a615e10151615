package io.varve;

import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it stands in the store.
 *
 * @param name what it is called
 * @param covers the stream, or the logs as {@code stream/generation/partition}
 * @param holder who has it open now; null if nobody has
 * @param logs how far it is in each log
 */
public record SubscriptionStatus(
    String name, List<String> covers, @Nullable Owner holder, List<LogPlace> logs) {

  /**
   * How far it is in a log.
   *
   * @param cursor all events with lower offsets are acknowledged
   * @param backlog offsets that are not, up to the log's end; those of gaps count too
   * @param retries events whose delivery has failed and that are not acknowledged
   * @param cursorTimestampMs the timestamp of the first event that is not acknowledged; -1 if there
   *     is none, or it has none
   */
  public record LogPlace(
      StreamPartition log, long cursor, long backlog, int retries, long cursorTimestampMs) {}
}
