package io.varve.replay.offsets;

import io.varve.Store;
import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.event.StreamPartition;
import io.varve.manifest.StoreFiles;
import io.varve.replay.group.CommittedOffset;
import io.varve.replay.group.GroupFolder;
import io.varve.replay.topic.TopicState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/**
 * The offsets that groups have committed in a store, and their way from and to a cluster. An offset
 * means the same in both, since archived events keep theirs.
 *
 * <p>Thread: confined to one.
 */
public final class GroupOffsets implements AutoCloseable {

  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final Store store;
  private final StoreFiles files;

  private GroupOffsets(Store store) {
    this.store = store;
    this.files = store.backupSource();
  }

  /**
   * What became of an offset on its way into a store.
   *
   * @param given as the cluster had it
   * @param taken as it is now in the store, or -1 if the store doesn't have the partition
   */
  public record Imported(TopicPartition partition, long given, long taken) {}

  /** Opens the store in {@code path}, in which there must be one. */
  public static GroupOffsets open(Path path) {
    return new GroupOffsets(Store.openReadOnly(path));
  }

  /**
   * The groups of the store.
   *
   * @param damaged is told of each group that is left out since its newest state is damaged
   */
  public SortedSet<String> groups(Consumer<CorruptionException> damaged) {
    return GroupFolder.groups(files.layout().root(), files.instances(), damaged);
  }

  /**
   * What a group has committed, of the newest generations of its streams.
   *
   * @throws CorruptionException if its newest state is damaged
   */
  public Map<TopicPartition, OffsetAndMetadata> committed(String group) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>(ORDER);
    folder(group)
        .load()
        .offsets()
        .forEach(
            (partition, offset) -> {
              if (store.latestGeneration(partition.topic()) == offset.streamGeneration()) {
                offsets.put(
                    partition,
                    new OffsetAndMetadata(
                        offset.offset(),
                        offset.leaderEpoch() < 0
                            ? Optional.empty()
                            : Optional.of(offset.leaderEpoch()),
                        offset.metadata()));
              }
            });
    return offsets;
  }

  /**
   * Takes a group's offsets from a cluster. One that lies behind the archive's end, because the
   * archive is behind or ends before a transaction's marker, becomes that end: nothing is left out
   * by that, though what the group had read already may come again.
   *
   * @param into the group of the store that gets them
   * @return each offset and what became of it
   * @throws BadSettingException if that group has members
   */
  public List<Imported> importFrom(Admin cluster, String group, String into) {
    Map<TopicPartition, OffsetAndMetadata> given = new TreeMap<>(ORDER);
    given.putAll(committedIn(cluster, group));
    List<Imported> imported = new ArrayList<>();
    Map<TopicPartition, CommittedOffset> taken = new HashMap<>();
    long nowMs = System.currentTimeMillis();
    given.forEach(
        (partition, offset) -> {
          int generation = store.latestGeneration(partition.topic());
          boolean there =
              generation > 0
                  && store
                      .partitions(partition.topic(), generation)
                      .contains(partition.partition());
          if (!there) {
            imported.add(new Imported(partition, offset.offset(), -1));
            return;
          }
          long end =
              store
                  .stats(new StreamPartition(partition.topic(), generation, partition.partition()))
                  .nextOffset();
          long next = Math.min(offset.offset(), end);
          imported.add(new Imported(partition, offset.offset(), next));
          taken.put(
              partition,
              new CommittedOffset(
                  generation, next, offset.leaderEpoch().orElse(-1), offset.metadata(), nowMs));
        });
    if (!taken.isEmpty()) {
      folder(into).putOffsets(taken);
    }
    return imported;
  }

  /**
   * Gives a group's offsets to a cluster, where that group must have no members.
   *
   * @param into the cluster's group that gets them
   * @return what was given
   */
  public Map<TopicPartition, OffsetAndMetadata> exportTo(Admin cluster, String group, String into) {
    Map<TopicPartition, OffsetAndMetadata> offsets = committed(group);
    if (!offsets.isEmpty()) {
      commitIn(cluster, into, offsets);
    }
    return offsets;
  }

  /** What a group of a cluster has committed there. */
  public static Map<TopicPartition, OffsetAndMetadata> committedIn(Admin cluster, String group) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>(ORDER);
    TopicState.get(cluster.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .forEach(
            (partition, offset) -> {
              if (offset != null) {
                offsets.put(partition, offset);
              }
            });
    return offsets;
  }

  /**
   * Commits offsets of a group of a cluster.
   *
   * @throws BadSettingException if the group has members
   */
  public static void commitIn(
      Admin cluster, String group, Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      TopicState.get(cluster.alterConsumerGroupOffsets(group, offsets).all());
    } catch (KafkaException e) {
      if (e.getCause() instanceof UnknownMemberIdException) {
        throw new BadSettingException(
            "group", group, "a group without members; stop its consumers first");
      }
      throw e;
    }
  }

  /**
   * Commits offsets of a group of the store.
   *
   * @param offsets by partition of the newest generation of {@code stream}
   * @throws BadSettingException if the group has members
   */
  public void commit(String group, String stream, Map<Integer, Long> offsets) {
    int generation = store.latestGeneration(stream);
    long nowMs = System.currentTimeMillis();
    Map<TopicPartition, CommittedOffset> taken = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            taken.put(
                new TopicPartition(stream, partition),
                new CommittedOffset(generation, offset, -1, "", nowMs)));
    folder(group).putOffsets(taken);
  }

  /** The store. */
  public Store store() {
    return store;
  }

  private GroupFolder folder(String group) {
    return new GroupFolder(files.layout().root(), group, files.instances());
  }

  @Override
  public void close() {
    store.close();
  }
}
