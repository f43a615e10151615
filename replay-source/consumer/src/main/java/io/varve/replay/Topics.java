package io.varve.replay;

import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.replay.group.StorePresence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The store's streams as topics: a topic is the newest generation of the stream of its name. What
 * partitions there are is looked at anew when a given age is reached; offsets always. A store that
 * was removed is an error, not one without topics.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Topics {

  /** What a topic is read from: a generation, and its partitions by then. */
  private record Known(int generation, SortedSet<Integer> partitions, long lookedNanos) {}

  /** Stands for the broker that a partition would have; the store is at no address. */
  private static final Node STORE = new Node(0, "varve-store", 0);

  private final Store store;
  private final Clock clock;
  private final long ageNanosMax;
  private final Map<String, Known> known = new HashMap<>();

  Topics(Store store, Clock clock, long ageMsMax) {
    this.store = store;
    this.clock = clock;
    this.ageNanosMax = ageMsMax * 1_000_000;
  }

  /** The log of a partition, or null if the store doesn't have it, yet or any more. */
  @Nullable StreamPartition log(TopicPartition partition) {
    String topic = partition.topic();
    if (!StreamPartition.isStreamName(topic)) {
      return null;
    }
    Known now = known.get(topic);
    if (now == null || isOld(now) || !now.partitions().contains(partition.partition())) {
      now = look(topic);
    }
    return now.partitions().contains(partition.partition())
        ? new StreamPartition(topic, now.generation(), partition.partition())
        : null;
  }

  /** The same log if it is still the newest generation, else the one that is, or null. */
  @Nullable StreamPartition newest(StreamPartition log) {
    return log(new TopicPartition(log.stream(), log.partition()));
  }

  private boolean isOld(Known topic) {
    return clock.nanos() - topic.lookedNanos() >= ageNanosMax;
  }

  private Known look(String topic) {
    int generation = store.latestGeneration(topic);
    SortedSet<Integer> partitions =
        generation == 0 ? new TreeSet<>() : store.partitions(topic, generation);
    Known found = new Known(generation, partitions, clock.nanos());
    if (partitions.isEmpty()) {
      requireStore();
      known.remove(topic);
    } else {
      known.put(topic, found);
    }
    return found;
  }

  /**
   * Does nothing if the store is there.
   *
   * @throws StoreFailedException if it was removed
   */
  void requireStore() {
    StorePresence.check(store.backupSource().layout().root());
  }

  /** The topics there are now. */
  SortedSet<String> names() {
    SortedSet<String> names = store.streams();
    if (names.isEmpty()) {
      requireStore();
    }
    return names;
  }

  /** Number of partitions of a topic now: the highest number and one, as brokers count. */
  int partitionCount(String topic) {
    if (!StreamPartition.isStreamName(topic)) {
      return 0;
    }
    SortedSet<Integer> partitions = look(topic).partitions();
    return partitions.isEmpty() ? 0 : partitions.last() + 1;
  }

  /** The partitions of a topic now; empty if there is none. */
  List<PartitionInfo> partitions(String topic) {
    List<PartitionInfo> infos = new ArrayList<>();
    if (StreamPartition.isStreamName(topic)) {
      for (int partition : look(topic).partitions()) {
        Node[] nodes = {STORE};
        infos.add(new PartitionInfo(topic, partition, STORE, nodes, nodes));
      }
    }
    return infos;
  }

  Map<String, List<PartitionInfo>> all() {
    Map<String, List<PartitionInfo>> all = new TreeMap<>();
    for (String topic : names()) {
      List<PartitionInfo> partitions = partitions(topic);
      if (!partitions.isEmpty()) {
        all.put(topic, partitions);
      }
    }
    return all;
  }

  /**
   * Topics as what assignors are given, who count partitions: those between others that the store
   * doesn't have yet are among them.
   */
  static Cluster cluster(Map<String, Integer> partitionCounts) {
    List<PartitionInfo> all = new ArrayList<>();
    Node[] nodes = {STORE};
    partitionCounts.forEach(
        (topic, count) -> {
          for (int partition = 0; partition < count; partition++) {
            all.add(new PartitionInfo(topic, partition, STORE, nodes, nodes));
          }
        });
    return new Cluster("varve", List.of(STORE), all, Set.of(), Set.of());
  }

  /** The log's first offset, as Kafka's log start. */
  long beginning(StreamPartition log) {
    return store.stats(log).startOffset();
  }

  /** Every event of the log has a lower offset. */
  long end(StreamPartition log) {
    return store.stats(log).nextOffset();
  }

  LogStats stats(StreamPartition log) {
    return store.stats(log);
  }

  /** The first event whose timestamp is {@code timeMs} or later, in the order of offsets. */
  @Nullable OffsetAndTimestamp firstSince(StreamPartition log, long timeMs) {
    try (LogReader reader = store.openReader(log, ReadRange.times(timeMs, Long.MAX_VALUE))) {
      if (!reader.next()) {
        return null;
      }
      EventView event = reader.event();
      return new OffsetAndTimestamp(event.offset(), event.timestampMs());
    }
  }

  /** Where reading begins by {@code reset}, which isn't {@link OffsetReset#NONE}. */
  long resetOffset(StreamPartition log, OffsetReset reset) {
    return switch (reset.kind()) {
      case EARLIEST -> beginning(log);
      case LATEST, NONE -> end(log);
      case BY_DURATION -> {
        OffsetAndTimestamp first = firstSince(log, clock.wallMs() - reset.backMs());
        yield first == null ? end(log) : first.offset();
      }
    };
  }
}
