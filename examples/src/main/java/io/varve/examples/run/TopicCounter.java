package io.varve.examples.run;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Counts what arrives in a topic, while it arrives.
 *
 * <p>Thread: one of its own reads; the count may be asked for by any.
 */
final class TopicCounter implements AutoCloseable {
  private final AtomicLong count = new AtomicLong();
  private final Thread thread;

  TopicCounter(String bootstrap, String topic, int partitions) {
    thread =
        new Thread(
            () -> {
              try (TopicReader reader = new TopicReader(bootstrap)) {
                reader.count(topic, partitions, count);
              } catch (InterruptException closed) {
                // The way in which it is told to end.
              }
            },
            "demo-counter-" + topic);
    thread.setDaemon(true);
    thread.start();
  }

  long count() {
    return count.get();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
