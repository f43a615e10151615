package io.varve.integration;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends numbered events, the same number to each partition, at a pace that has them flow through
 * the whole of a test of which nobody knows how long it takes: in shares, each spread over as long
 * as the share before took, though not for ever.
 *
 * <p>Thread: one of its own sends; all else is for the test's.
 */
final class EventFlow implements AutoCloseable {
  private static final long STEP_NANOS = 5_000_000;
  private static final long FIRST_SHARE_NANOS = 5_000_000_000L;
  private static final long SHARE_NANOS_MAX = 10_000_000_000L;

  private final String bootstrap;
  private final String topic;
  private final NumberedEvents events;
  private final int partitions;
  private final int count;
  private final int shares;
  private final UnaryOperator<ProducerRecord<byte[], byte[]>> change;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Thread thread = new Thread(this::run, "event-flow");
  private volatile Share share = new Share(0, System.nanoTime(), FIRST_SHARE_NANOS);
  private volatile boolean closed;

  /** The share that is being sent, from 0. */
  private record Share(int number, long begunNanos, long takesNanos) {}

  /**
   * @param count of all partitions together
   */
  EventFlow(
      String bootstrap,
      String topic,
      NumberedEvents events,
      int partitions,
      int count,
      int shares) {
    this(bootstrap, topic, events, partitions, count, shares, event -> event);
  }

  /**
   * The same with something done to each event when it is sent.
   *
   * @param count of all partitions together
   */
  EventFlow(
      String bootstrap,
      String topic,
      NumberedEvents events,
      int partitions,
      int count,
      int shares,
      UnaryOperator<ProducerRecord<byte[], byte[]>> change) {
    this.change = change;
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.events = events;
    this.partitions = partitions;
    this.count = count;
    this.shares = shares;
    thread.setDaemon(true);
  }

  void start() {
    share = new Share(0, System.nanoTime(), FIRST_SHARE_NANOS);
    thread.start();
  }

  /** Lets the next share flow; what is left of this one is sent with it. */
  void nextShare() {
    Share last = share;
    long now = System.nanoTime();
    share = new Share(last.number + 1, now, Math.min(SHARE_NANOS_MAX, now - last.begunNanos));
  }

  /** Lets all that is left flow, as fast as it may. */
  void lastShare() {
    share = new Share(shares, System.nanoTime(), 1);
  }

  /** Waits until all that may flow so far is sent; returns how many events that are. */
  int awaitShare() {
    int wanted = (int) Math.min(count, (long) count * (share.number + 1) / shares);
    await().atMost(Connectors.LIMIT).until(() -> acknowledged() >= wanted);
    return wanted;
  }

  /** How many events the broker has. */
  int acknowledged() {
    Exception failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("Producing failed", failed);
    }
    return acknowledged.get();
  }

  private void run() {
    try (KafkaProducer<byte[], byte[]> producer = Producers.open(bootstrap)) {
      for (int i = 0; i < count && failure.get() == null; i++) {
        while (i >= allowed()) {
          if (closed) {
            return;
          }
          LockSupport.parkNanos(STEP_NANOS);
        }
        producer.send(
            change.apply(events.event(topic, i % partitions, i / partitions)),
            (metadata, failed) -> {
              if (failed == null) {
                acknowledged.incrementAndGet();
              } else {
                failure.compareAndSet(null, failed);
              }
            });
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private double allowed() {
    Share now = share;
    double part = Math.min(1, (double) (System.nanoTime() - now.begunNanos) / now.takesNanos);
    return Math.min(count, (double) count / shares * (now.number + part));
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
