package io.varve.flink.source.group;

import io.varve.Store;
import io.varve.event.StreamPartition;
import io.varve.manifest.StoreFiles;
import io.varve.replay.group.CommittedOffset;
import io.varve.replay.group.GroupFolder;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where a group is in each partition: the next offset to read, and the generation of the stream
 * that it is an offset of.
 *
 * <p>Thread: immutable.
 */
public final class CommittedPlaces {

  private final String group;
  private final Map<TopicPartition, CommittedOffset> offsets;

  private CommittedPlaces(String group, Map<TopicPartition, CommittedOffset> offsets) {
    this.group = group;
    this.offsets = offsets;
  }

  /** What the group has committed in the store; nothing if the store doesn't know it. */
  public static CommittedPlaces of(Store store, String group) {
    return new CommittedPlaces(group, folder(store, group).load().offsets());
  }

  /**
   * Commits for a group, which must have no members. Of a partition's generations the newest
   * counts.
   *
   * @param next the next offset to read of each log
   * @throws io.varve.base.BadSettingException if the group has members
   * @throws io.varve.base.StoreFailedException if it can't be written
   */
  public static void commit(Store store, String group, Map<StreamPartition, Long> next) {
    Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
    long nowMs = System.currentTimeMillis();
    next.entrySet().stream()
        .sorted(Comparator.comparingInt(log -> log.getKey().generation()))
        .forEach(
            log ->
                offsets.put(
                    new TopicPartition(log.getKey().stream(), log.getKey().partition()),
                    new CommittedOffset(log.getKey().generation(), log.getValue(), -1, "", nowMs)));
    folder(store, group).putOffsets(offsets);
  }

  private static GroupFolder folder(Store store, String group) {
    StoreFiles files = store.backupSource();
    return new GroupFolder(files.layout().root(), group, files.instances());
  }

  public String group() {
    return group;
  }

  /** The generation that the group is in, in a log's partition; 0 if it has committed nothing. */
  public int generation(StreamPartition log) {
    CommittedOffset offset = committed(log);
    return offset == null ? 0 : offset.streamGeneration();
  }

  /** The next offset to read in that generation; 0 if it has committed nothing. */
  public long offset(StreamPartition log) {
    CommittedOffset offset = committed(log);
    return offset == null ? 0 : offset.offset();
  }

  private @Nullable CommittedOffset committed(StreamPartition log) {
    return offsets.get(new TopicPartition(log.stream(), log.partition()));
  }
}
