package io.varve.connect.sink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;

/** Topics, and what a consumer group has committed. */
final class FakeKafka {

  /** What a record holds besides its place. */
  record Content(
      Long timestampMs, SchemaAndValue key, SchemaAndValue value, Map<String, byte[]> headers) {

    static Content of(long timestampMs, String key, String value) {
      return new Content(timestampMs, bytes(key), bytes(value), Map.of());
    }

    private static SchemaAndValue bytes(String text) {
      return new SchemaAndValue(
          Schema.OPTIONAL_BYTES_SCHEMA,
          text == null ? null : text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** One partition of a topic. */
  static final class Log {
    private final TreeMap<Long, Content> records = new TreeMap<>();
    private long startOffset;
    private long endOffset;
  }

  private final Map<TopicPartition, Log> logs = new HashMap<>();
  final Map<TopicPartition, Long> committed = new HashMap<>();
  private long clockMs = 1_700_000_000_000L;

  private Log log(TopicPartition partition) {
    return logs.computeIfAbsent(partition, p -> new Log());
  }

  /** Appends {@code count} records, each with its own time and content. */
  void produce(TopicPartition partition, int count) {
    for (int i = 0; i < count; i++) {
      long time = clockMs += 7;
      produce(partition, Content.of(time, "key-" + time % 10, "value at " + time));
    }
  }

  void produce(TopicPartition partition, Content content) {
    Log log = log(partition);
    log.records.put(log.endOffset++, content);
  }

  /** Leaves offsets out, as aborted transactions do. */
  void skip(TopicPartition partition, int count) {
    log(partition).endOffset += count;
  }

  /** What retention does. */
  void deleteBefore(TopicPartition partition, long offset) {
    Log log = log(partition);
    log.records.headMap(offset).clear();
    log.startOffset = Math.max(log.startOffset, offset);
    log.endOffset = Math.max(log.endOffset, offset);
  }

  /** What compaction does. */
  void compactAway(TopicPartition partition, long offset) {
    log(partition).records.remove(offset);
  }

  /** Deletes the topic, and with it what was committed for it; producing makes it again. */
  void delete(TopicPartition partition) {
    logs.remove(partition);
    committed.remove(partition);
  }

  long endOffset(TopicPartition partition) {
    return log(partition).endOffset;
  }

  Content content(TopicPartition partition, long offset) {
    return log(partition).records.get(offset);
  }

  List<Long> offsets(TopicPartition partition) {
    return List.copyOf(log(partition).records.keySet());
  }

  /** Where a consumer that stands at {@code position} reads: elsewhere if that is out of range. */
  long resolve(TopicPartition partition, long position) {
    Log log = log(partition);
    return position < log.startOffset || position > log.endOffset ? log.startOffset : position;
  }

  /** Up to {@code max} records from {@code position} on. */
  List<SinkRecord> fetch(TopicPartition partition, long position, int max) {
    List<SinkRecord> fetched = new ArrayList<>();
    for (Map.Entry<Long, Content> entry : log(partition).records.tailMap(position).entrySet()) {
      if (fetched.size() == max) {
        break;
      }
      fetched.add(record(partition, entry.getKey(), entry.getValue()));
    }
    return fetched;
  }

  private static SinkRecord record(TopicPartition partition, long offset, Content content) {
    ConnectHeaders headers = new ConnectHeaders();
    content
        .headers()
        .forEach((name, bytes) -> headers.add(name, bytes, Schema.OPTIONAL_BYTES_SCHEMA));
    return new SinkRecord(
        partition.topic(),
        partition.partition(),
        content.key().schema(),
        content.key().value(),
        content.value().schema(),
        content.value().value(),
        offset,
        content.timestampMs(),
        content.timestampMs() == null ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
        headers);
  }
}
