package io.varve.benchmarks.consumer;

import io.varve.benchmarks.measure.Contestant;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A poll loop that reads a topic from its start to its end and looks at each value. The consumer is
 * made, and has its partitions, before it is measured. Thread: confined to one.
 */
final class ReadAll implements Contestant {

  /** What was read, so that reading it isn't left out. */
  static volatile long sink;

  private final String name;
  private final String topic;
  private final int partitions;
  private final long events;
  private final Supplier<Consumer<byte[], byte[]>> opening;
  private @Nullable Consumer<byte[], byte[]> consumer;

  ReadAll(
      String name,
      String topic,
      int partitions,
      long events,
      Supplier<Consumer<byte[], byte[]>> opening) {
    this.name = name;
    this.topic = topic;
    this.partitions = partitions;
    this.events = events;
    this.opening = opening;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void open() {
    Consumer<byte[], byte[]> opened = opening.get();
    List<TopicPartition> all =
        IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    opened.assign(all);
    opened.seekToBeginning(all);
    all.forEach(opened::position);
    consumer = opened;
  }

  @Override
  public long run() {
    Consumer<byte[], byte[]> opened = consumer;
    if (opened == null) {
      throw new IllegalStateException(name + " is not open");
    }
    opened.seekToBeginning(opened.assignment());
    long read = 0;
    long sum = 0;
    while (read < events) {
      ConsumerRecords<byte[], byte[]> records = opened.poll(Duration.ofSeconds(10));
      if (records.isEmpty()) {
        throw new IllegalStateException(name + " gave " + read + " of " + events + " events");
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        sum += record.offset() + record.value()[0];
        read++;
      }
    }
    sink = sum;
    return read;
  }

  @Override
  public void close() {
    Consumer<byte[], byte[]> opened = consumer;
    consumer = null;
    if (opened != null) {
      opened.close();
    }
  }
}
