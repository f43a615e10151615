package io.varve.replay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the consumer is to read: partitions that it was assigned by hand, or topics, by name or
 * pattern, whose partitions a group shares.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Subscriptions {

  private enum Kind {
    NONE,
    PARTITIONS,
    TOPICS,
    PATTERN
  }

  private static final ConsumerRebalanceListener NO_LISTENER =
      new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
      };

  private Kind kind = Kind.NONE;
  private Set<String> topics = new HashSet<>();
  private @Nullable Predicate<String> pattern;
  private ConsumerRebalanceListener listener = NO_LISTENER;

  /** In the order in which they are looked at. */
  private Map<TopicPartition, AssignedPartition> assigned = new LinkedHashMap<>();

  boolean isNone() {
    return kind == Kind.NONE;
  }

  /** Whether a group shares out the partitions. */
  boolean isShared() {
    return kind == Kind.TOPICS || kind == Kind.PATTERN;
  }

  /** What topics are looked for, or null if they are named. */
  @Nullable Predicate<String> pattern() {
    return pattern;
  }

  Set<String> topics() {
    return topics;
  }

  ConsumerRebalanceListener listener() {
    return listener;
  }

  void subscribe(Collection<String> names, @Nullable ConsumerRebalanceListener told) {
    become(Kind.TOPICS);
    topics = new HashSet<>(names);
    listener = told == null ? NO_LISTENER : told;
  }

  void subscribe(Predicate<String> wanted, @Nullable ConsumerRebalanceListener told) {
    become(Kind.PATTERN);
    pattern = wanted;
    listener = told == null ? NO_LISTENER : told;
  }

  /** The topics that the pattern means by now. */
  void matched(Set<String> names) {
    topics = new HashSet<>(names);
  }

  void assignByHand(Collection<TopicPartition> partitions) {
    become(Kind.PARTITIONS);
    assign(new HashSet<>(partitions), true);
  }

  /** Takes the partitions that the group has given, all of them without a position. */
  void assignShared(Collection<TopicPartition> partitions) {
    assign(partitions, false);
  }

  private void become(Kind wanted) {
    if (kind != Kind.NONE && kind != wanted) {
      throw new IllegalStateException(
          "Subscription to topics, partitions and pattern are mutually exclusive");
    }
    kind = wanted;
  }

  private void assign(Collection<TopicPartition> partitions, boolean keepsPositions) {
    Map<TopicPartition, AssignedPartition> next = new LinkedHashMap<>();
    for (TopicPartition partition : partitions) {
      AssignedPartition before = keepsPositions ? assigned.remove(partition) : null;
      next.put(partition, before == null ? new AssignedPartition(partition) : before);
    }
    assigned.values().forEach(AssignedPartition::close);
    assigned = next;
  }

  /** Gives up what it was assigned. */
  void clearAssignment() {
    assign(List.of(), false);
  }

  void unsubscribe() {
    clearAssignment();
    kind = Kind.NONE;
    topics = new HashSet<>();
    pattern = null;
    listener = NO_LISTENER;
  }

  /** The partitions that are read, in the order in which they are looked at. */
  Collection<AssignedPartition> partitions() {
    return assigned.values();
  }

  Set<TopicPartition> assignment() {
    return assigned.keySet();
  }

  boolean isAssigned(TopicPartition partition) {
    return assigned.containsKey(partition);
  }

  /**
   * @throws IllegalStateException if the partition isn't assigned
   */
  AssignedPartition get(TopicPartition partition) {
    AssignedPartition found = assigned.get(partition);
    if (found == null) {
      throw new IllegalStateException("No current assignment for partition " + partition);
    }
    return found;
  }

  /** Looks at that partition last from now on, so that each has its turn. */
  void moveToEnd(TopicPartition partition) {
    AssignedPartition moved = assigned.remove(partition);
    if (moved != null) {
      assigned.put(partition, moved);
    }
  }

  Set<TopicPartition> paused() {
    Set<TopicPartition> paused = new HashSet<>();
    for (AssignedPartition partition : assigned.values()) {
      if (partition.paused()) {
        paused.add(partition.name());
      }
    }
    return paused;
  }

  /** The positions of all partitions that have one. */
  Map<TopicPartition, OffsetAndMetadata> allConsumed() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (AssignedPartition partition : assigned.values()) {
      if (partition.positioned()) {
        offsets.put(partition.name(), partition.consumed());
      }
    }
    return offsets;
  }

  /** The partitions without a position, of which nobody has said how to find one. */
  List<AssignedPartition> withoutPosition() {
    List<AssignedPartition> found = new ArrayList<>();
    for (AssignedPartition partition : assigned.values()) {
      if (!partition.positioned() && partition.reset() == null) {
        found.add(partition);
      }
    }
    return found;
  }
}
