package io.varve.examples.run;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what arrives in a topic, while it arrives.
 *
 * <p>Thread: one of its own reads; the count may be asked for by any.
 */
final class TopicCounter implements AutoCloseable {
  private final AtomicLong count = new AtomicLong();
  private volatile boolean ended;

  TopicCounter(String bootstrap, String topic, int partitions) {
    Thread thread =
        new Thread(
            () -> {
              try (TopicReader reader = new TopicReader(bootstrap)) {
                reader.count(topic, partitions, count, () -> ended);
              }
            },
            "demo-counter-" + topic);
    thread.setDaemon(true);
    thread.start();
  }

  long count() {
    return count.get();
  }

  /** The thread ends with its next look at the topic. */
  @Override
  public void close() {
    ended = true;
  }
}
