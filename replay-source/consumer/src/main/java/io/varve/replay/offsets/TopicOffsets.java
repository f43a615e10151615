package io.varve.replay.offsets;

import io.varve.Store;
import io.varve.replay.topic.OffsetTable;
import io.varve.replay.topic.OffsetTables;
import io.varve.replay.topic.OriginReader;
import io.varve.replay.topic.TopicState;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Positions in a stream and in a topic that it was replayed to, each told by the other. They are
 * never too far on: what a reader has not read lies at or behind its position.
 *
 * <p>Thread: confined to one.
 */
public final class TopicOffsets {

  private final TopicState topic;
  private final OffsetTables file;
  private final OffsetTable table;

  private TopicOffsets(TopicState topic, OffsetTables file, OffsetTable table) {
    this.topic = topic;
    this.file = file;
    this.table = table;
  }

  /**
   * What the store knows of a topic.
   *
   * @param generation of the stream
   */
  public static TopicOffsets of(Store store, String stream, int generation, TopicState topic) {
    OffsetTables file =
        new OffsetTables(
            store.backupSource(), new OffsetTable.Of(stream, generation, topic.name(), topic.id()));
    return new TopicOffsets(topic, file, file.load());
  }

  /** How many of the topic's offsets the store doesn't know yet. */
  public long unknown() {
    return OriginReader.left(table, topic);
  }

  /**
   * Reads these from the topic's headers, and keeps what they say in the store.
   *
   * @param consumer without a group, that reads what is committed
   * @param progress is told how many are done; what it throws ends the reading
   */
  public void readHeaders(Consumer<byte[], byte[]> consumer, LongConsumer progress) {
    try {
      new OriginReader(consumer, table).read(topic, progress);
    } finally {
      // Who has saved another knows as much, or reads the rest when it is asked for.
      file.save(table);
    }
  }

  /** Whether the topic has no event of the stream. */
  public boolean isEmpty() {
    return table.inStream(Map.of()).isEmpty();
  }

  /**
   * Where a reader of the stream goes on in the topic.
   *
   * @param positions by partition of the stream; of one that is missing nothing was read
   * @return by partition of the topic
   */
  public SortedMap<Integer, Long> inTopic(Map<Integer, Long> positions) {
    SortedMap<Integer, Long> found = new TreeMap<>();
    table
        .inTopic(positions)
        .forEach(
            (partition, at) -> {
              Long start = topic.starts().get(partition);
              if (start != null) {
                found.put(partition, Math.max(at, start));
              }
            });
    return found;
  }

  /**
   * Where a reader of the topic goes on in the stream.
   *
   * @param positions by partition of the topic; of one that is missing nothing was read
   * @return by partition of the stream
   */
  public SortedMap<Integer, Long> inStream(Map<Integer, Long> positions) {
    return table.inStream(positions);
  }
}
