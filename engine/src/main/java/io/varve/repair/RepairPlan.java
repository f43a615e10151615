package io.varve.repair;

import io.varve.event.StreamPartition;
import io.varve.format.Loss;
import io.varve.format.SegmentEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The damage in a store, and what repairing it would lose.
 *
 * @param logs those that are damaged
 */
public record RepairPlan(List<LogDamage> logs) {

  public RepairPlan {
    logs = List.copyOf(logs);
  }

  /** Whether nothing is damaged. */
  public boolean isSound() {
    return logs.isEmpty();
  }

  /** How many events would be lost, as far as that can be known. */
  public long eventsLost() {
    return logs.stream()
        .flatMap(log -> log.segments().stream())
        .mapToLong(segment -> segment.loss().events())
        .sum();
  }

  /**
   * A log's damage.
   *
   * @param log which one
   * @param manifestNumber its manifest when this was found
   * @param segments damaged segments, by rising offsets
   * @param indexes sound segments whose index is missing or damaged; it is made anew, and nothing
   *     is lost
   * @param commitFile the commit file, if it is damaged or missing. How far the open segment was
   *     durable can't be known then, so all of it that can be read is kept, and what is lost is not
   *     known
   * @param beyondRepair what is so damaged that only a backup helps, or null. Nothing is done about
   *     the log then
   */
  public record LogDamage(
      StreamPartition log,
      long manifestNumber,
      List<SegmentDamage> segments,
      List<SegmentEntry> indexes,
      @Nullable String commitFile,
      @Nullable String beyondRepair) {

    public LogDamage {
      segments = List.copyOf(segments);
      indexes = List.copyOf(indexes);
    }
  }

  /**
   * A damaged segment.
   *
   * @param segment the segment as the manifest, or the commit file, has it
   * @param open whether it was being written
   * @param found the first thing that is wrong: position, expected, found
   * @param eventsKept how many events can be read
   * @param loss what can't
   */
  public record SegmentDamage(
      SegmentEntry segment, boolean open, String found, long eventsKept, Loss loss) {}
}
