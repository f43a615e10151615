package io.varve.examples.run;

import io.varve.examples.event.DemoEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the events at an even pace, so that there is a middle in which something can go wrong.
 *
 * <p>Thread: one of its own sends; the counter and the end may be asked for by any.
 */
final class EventProducer {
  private static final long PACE_STEP_NANOS = 5_000_000;

  private final Map<String, Object> settings;
  private final String topic;
  private final List<DemoEvent> events;
  private final Duration pace;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile double seconds;
  private final Thread thread = new Thread(this::run, "demo-producer");

  /**
   * @param pace how long to take over it; zero for as fast as possible
   */
  EventProducer(String bootstrap, String topic, List<DemoEvent> events, Duration pace) {
    this.settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ProducerConfig.LINGER_MS_CONFIG,
            5,
            ProducerConfig.BATCH_SIZE_CONFIG,
            128 << 10,
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            "lz4");
    this.topic = topic;
    this.events = events;
    this.pace = pace;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** How many events the broker has acknowledged. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** How long it took over all of them; 0 before the end. */
  double seconds() {
    return seconds;
  }

  /**
   * Throws if an event could not be sent.
   *
   * @throws IllegalStateException with the cause
   */
  void check() {
    Exception failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("Producing failed: " + failed.getMessage(), failed);
    }
  }

  private void run() {
    long startNanos = System.nanoTime();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < events.size() && failure.get() == null; i++) {
        awaitTurn(startNanos, i);
        var unused =
            producer.send(
                KafkaEvents.toRecord(topic, events.get(i), i),
                (metadata, failed) -> {
                  if (failed == null) {
                    acknowledged.incrementAndGet();
                  } else {
                    failure.compareAndSet(null, failed);
                  }
                });
      }
      producer.flush();
      seconds = (System.nanoTime() - startNanos) / 1e9;
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void awaitTurn(long startNanos, int number) {
    long dueNanos = (long) ((double) pace.toNanos() * number / events.size());
    // Sleeping for each event alone would take longer than the event is worth.
    while (dueNanos - (System.nanoTime() - startNanos) > PACE_STEP_NANOS) {
      LockSupport.parkNanos(PACE_STEP_NANOS);
    }
  }
}
