package io.varve.replay;

import io.varve.event.StreamPartition;
import io.varve.replay.group.CommittedOffset;
import io.varve.replay.group.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds positions for partitions that have none: what the group committed, else what is set.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Positions {

  private final Topics topics;
  private final Subscriptions subscriptions;
  private final @Nullable Membership group;
  private final OffsetReset policy;

  Positions(
      Topics topics, Subscriptions subscriptions, @Nullable Membership group, OffsetReset policy) {
    this.topics = topics;
    this.subscriptions = subscriptions;
    this.group = group;
    this.policy = policy;
  }

  /**
   * Finds what can be found now; a partition that the store doesn't have stays without a position.
   *
   * @throws NoOffsetForPartitionException if nothing is committed, and it isn't set where to begin
   */
  void update() {
    List<AssignedPartition> without = subscriptions.withoutPosition();
    if (!without.isEmpty()) {
      decide(without);
    }
    for (AssignedPartition partition : subscriptions.partitions()) {
      OffsetReset reset = partition.reset();
      if (reset != null) {
        StreamPartition log = topics.log(partition.name());
        if (log != null) {
          partition.leaveOther(log);
          partition.seek(topics.resetOffset(log, reset));
        }
      }
    }
  }

  private void decide(List<AssignedPartition> without) {
    Map<TopicPartition, CommittedOffset> committed = group == null ? Map.of() : group.offsets();
    List<TopicPartition> lost = new ArrayList<>();
    for (AssignedPartition partition : without) {
      CommittedOffset offset = committed.get(partition.name());
      StreamPartition log = topics.log(partition.name());
      if (offset != null && log == null) {
        // It is known where to go on, once there is something.
        continue;
      }
      if (offset != null && log != null && offset.streamGeneration() == log.generation()) {
        partition.seek(offset.offset());
      } else if (policy.kind() == OffsetReset.Kind.NONE) {
        lost.add(partition.name());
      } else {
        partition.requestReset(policy);
      }
    }
    if (!lost.isEmpty()) {
      throw new NoOffsetForPartitionException(lost);
    }
  }
}
