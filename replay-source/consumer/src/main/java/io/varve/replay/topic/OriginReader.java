package io.varve.replay.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.connect.common.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a topic's records where they come from, as far as a table doesn't know it yet.
 *
 * <p>Thread: confined to one.
 */
public final class OriginReader {

  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final OffsetTable table;

  /**
   * @param consumer without a group, that reads what is committed
   */
  public OriginReader(Consumer<byte[], byte[]> consumer, OffsetTable table) {
    this.consumer = consumer;
    this.table = table;
  }

  /** How many offsets are not yet known. */
  public static long left(OffsetTable table, TopicState topic) {
    long left = 0;
    for (Map.Entry<Integer, Long> end : topic.ends().entrySet()) {
      left += Math.max(0, end.getValue() - from(table, topic, end.getKey()));
    }
    return left;
  }

  private static long from(OffsetTable table, TopicState topic, int partition) {
    return Math.max(table.seen(partition), topic.starts().getOrDefault(partition, 0L));
  }

  /**
   * Reads to where the topic ended.
   *
   * @param progress is told how many offsets are done; what it throws ends the reading, and what
   *     was read until then is in the table
   * @throws KafkaException if the topic has lost records that the table knows, or a record says in
   *     no readable form where it comes from
   */
  public void read(TopicState topic, LongConsumer progress) {
    long done = 0;
    for (Map.Entry<Integer, Long> each : topic.ends().entrySet()) {
      int partition = each.getKey();
      long end = each.getValue();
      if (table.seen(partition) > end) {
        throw new KafkaException(
            topic.name()
                + "-"
                + partition
                + " ends at offset "
                + end
                + ", but had "
                + table.seen(partition)
                + " before: records were lost, and what the store knows of it is no longer true");
      }
      long from = from(table, topic, partition);
      TopicPartition place = new TopicPartition(topic.name(), partition);
      consumer.assign(List.of(place));
      consumer.seek(place, from);
      long position = from;
      while (position < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end) {
            add(record);
          }
        }
        // The position also passes what is no record: markers of transactions, and gaps.
        position = consumer.position(place);
        table.seen(partition, Math.min(position, end));
        progress.accept(done + position - from);
      }
      done += Math.max(0, end - from);
    }
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    Header stream = record.headers().lastHeader(Origin.STREAM);
    if (stream == null || !table.of().stream().equals(text(stream))) {
      return;
    }
    if (number(record, Origin.GENERATION) == table.of().generation()) {
      table.add(
          Math.toIntExact(number(record, Origin.PARTITION)),
          number(record, Origin.OFFSET),
          record.partition(),
          record.offset());
    }
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String name) {
    String text = text(record.headers().lastHeader(name));
    if (text == null || !text.matches("[0-9]{1,18}")) {
      throw new KafkaException(
          "The header "
              + name
              + " of "
              + record.topic()
              + "-"
              + record.partition()
              + " offset "
              + record.offset()
              + " is "
              + (text == null ? "missing" : "'" + text + "'")
              + "; expected digits, as varve replay writes them, and the source with"
              + " origin.headers=bytes");
    }
    return Long.parseLong(text);
  }

  private static @Nullable String text(@Nullable Header header) {
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
