package io.varve.connect.sink;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that the worker has given to this task.
 *
 * <p>Thread: confined to the task's.
 */
final class Assignment {

  private final Archive archive;
  private final WorkerMetrics metrics;
  private final Map<TopicPartition, ArchivedPartition> partitions = new HashMap<>();
  private final Map<String, String> contentOfStream = new HashMap<>();

  // Events come in runs of one partition: remember the last one.
  private @Nullable String lastTopic;
  private int lastPartition;
  private @Nullable ArchivedPartition last;

  Assignment(Archive archive, WorkerMetrics metrics) {
    this.archive = archive;
    this.metrics = metrics;
  }

  Collection<ArchivedPartition> all() {
    return partitions.values();
  }

  List<TopicPartition> sources() {
    return List.copyOf(partitions.keySet());
  }

  /**
   * Adds partitions; their logs are to be {@linkplain #openPending opened}.
   *
   * @param freshFrom the number of the first delivery that can hold their events
   * @throws ConnectException if two topics would be written into one stream
   */
  void add(Collection<TopicPartition> sources, long freshFrom) {
    for (TopicPartition source : sources) {
      String stream = claim(source.topic());
      ArchivedPartition partition = new ArchivedPartition(source, stream, archive, freshFrom);
      ArchivedPartition before = partitions.put(source, partition);
      if (before != null) {
        before.close(Duration.ZERO);
        metrics.hide(source);
      }
      metrics.show(source, partition.meters());
    }
    last = null;
    lastTopic = null;
  }

  /** Notes where a topic goes; returns its stream. */
  private String claim(String topic) {
    String stream = archive.settings().streamFormat().expand(topic);
    claim(stream, "topic '" + topic + "'");
    Deduplication deduplication = archive.settings().deduplication();
    String duplicates = deduplication == null ? null : deduplication.duplicatesStream(topic);
    if (duplicates != null) {
      claim(duplicates, "the duplicates of topic '" + topic + "'");
    }
    return stream;
  }

  private void claim(String stream, String what) {
    String other = contentOfStream.putIfAbsent(stream, what);
    if (other != null && !other.equals(what)) {
      throw new ConnectException(
          "Both "
              + other
              + " and "
              + what
              + " would be archived as stream '"
              + stream
              + "'. Put ${topic} into "
              + SinkConfig.STREAM_FORMAT
              + " and "
              + Deduplication.DUPLICATES_STREAM
              + ", or use a connector for each topic");
    }
  }

  /**
   * Opens the logs that are not open, as far as time allows.
   *
   * @return whether all are open
   */
  boolean openPending(long delivery, long deadlineNanos) {
    for (ArchivedPartition partition : partitions.values()) {
      partition.startOpening();
    }
    boolean all = true;
    for (ArchivedPartition partition : partitions.values()) {
      all &= partition.openIfDue(delivery, deadlineNanos - archive.clock().nanos());
    }
    return all;
  }

  /** The partition that {@code record} was read from, or null if it is not this task's. */
  @Nullable ArchivedPartition of(SinkRecord record) {
    String topic = record.originalTopic();
    int partition = record.originalKafkaPartition();
    if (partition == lastPartition && topic.equals(lastTopic)) {
      return last;
    }
    last = partitions.get(new TopicPartition(topic, partition));
    lastTopic = topic;
    lastPartition = partition;
    return last;
  }

  @Nullable ArchivedPartition of(TopicPartition source) {
    return partitions.get(source);
  }

  /** Lets go of partitions, those that are this task's, syncing them as far as time allows. */
  void remove(Collection<TopicPartition> sources, long deadlineNanos) {
    long nowNanos = archive.clock().nanos();
    for (TopicPartition source : sources) {
      ArchivedPartition partition = partitions.get(source);
      if (partition != null) {
        var unused = partition.commitNow(nowNanos);
      }
    }
    for (TopicPartition source : sources) {
      ArchivedPartition partition = partitions.remove(source);
      if (partition != null) {
        long leftNanos = Math.max(0, deadlineNanos - archive.clock().nanos());
        partition.close(Duration.ofNanos(leftNanos));
        metrics.hide(source);
      }
    }
    contentOfStream.clear();
    for (ArchivedPartition partition : partitions.values()) {
      claim(partition.source().topic());
    }
    last = null;
    lastTopic = null;
  }
}
