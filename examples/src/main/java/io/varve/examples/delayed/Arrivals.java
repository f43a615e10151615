package io.varve.examples.delayed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads topics as any application does that wants committed messages only, and notes when each
 * arrives.
 *
 * <p>Thread: has one of its own; all else is safe, guarded by this.
 */
final class Arrivals implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final List<Arrival> all = new ArrayList<>();
  private final Thread thread;
  private @Nullable RuntimeException failure;
  private volatile boolean closed;

  private Arrivals(String bootstrap, Collection<TopicPartition> partitions) {
    thread = new Thread(() -> run(bootstrap, partitions), "arrivals");
    thread.setDaemon(true);
  }

  /** Begins to read. */
  static Arrivals start(String bootstrap, Collection<TopicPartition> partitions) {
    Arrivals arrivals = new Arrivals(bootstrap, partitions);
    arrivals.thread.start();
    return arrivals;
  }

  private void run(String bootstrap, Collection<TopicPartition> partitions) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!closed) {
        List<Arrival> arrived = new ArrayList<>();
        var polled = consumer.poll(POLL);
        long nowMs = System.currentTimeMillis();
        polled.forEach(record -> arrived.add(arrival(record, nowMs)));
        synchronized (this) {
          all.addAll(arrived);
        }
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        failure = e;
      }
    }
  }

  private static Arrival arrival(ConsumerRecord<byte[], byte[]> record, long nowMs) {
    return new Arrival(
        record.topic(),
        text(record.key()),
        text(record.value()),
        number(record, "varve.due.ms"),
        number(record, "varve.lateness.ms"),
        record.timestamp(),
        nowMs);
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String header) {
    Header found = Objects.requireNonNull(record.headers().lastHeader(header), header);
    return Long.parseLong(new String(found.value(), UTF_8));
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, UTF_8);
  }

  /** What has arrived so far. */
  synchronized List<Arrival> all() {
    if (failure != null) {
      throw new IllegalStateException("Reading what arrives failed", failure);
    }
    return List.copyOf(all);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
