package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.BitSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Counts what is wrong with delivered events, which should be those numbered from 0 of each
 * partition, each once, and none in the broker before it was due.
 *
 * <p>Thread: confined to one.
 */
final class DelayedCheck {
  private final NumberedEvents events;
  private final int partitions;
  private final BitSet seen = new BitSet();
  private int count;
  private int duplicated;
  private int early;
  private int differing;
  private long latestMs;

  DelayedCheck(NumberedEvents events, int partitions) {
    this.events = events;
    this.partitions = partitions;
  }

  /** What is wrong with a topic in which events have the broker's time, of so many events. */
  static String verdict(
      String bootstrap, String topic, NumberedEvents events, int partitions, int expected) {
    DelayedCheck check = new DelayedCheck(events, partitions);
    TopicEvents.forEach(bootstrap, topic, check::add);
    String verdict = check.verdict(expected);
    System.out.printf("topic %s: %s, at most %,d ms late%n", topic, verdict, check.latestMs);
    return verdict;
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    int number = NumberedEvents.number(header(record, NumberedEvents.HEADER));
    int partition = (int) number(record, "varve.partition");
    long dueMs = number(record, Delays.DELIVER_AT);
    int bit = number * partitions + partition;
    count++;
    duplicated += seen.get(bit) ? 1 : 0;
    seen.set(bit);
    early += record.timestamp() < dueMs ? 1 : 0;
    boolean same =
        events.hasContent(partition, number, record.key(), record.value())
            && number(record, "varve.due.ms") == dueMs
            && number(record, "varve.offset") == number;
    differing += same ? 0 : 1;
    latestMs = Math.max(latestMs, record.timestamp() - dueMs);
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String name) {
    return Long.parseLong(new String(header(record, name), UTF_8));
  }

  private static byte[] header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header.value();
  }

  private String verdict(int expected) {
    return "%,d events, %d lost, %d duplicated, %d early, %d differing"
        .formatted(count, expected - seen.cardinality(), duplicated, early, differing);
  }

  /** The verdict when nothing is wrong. */
  static String flawless(int expected) {
    return "%,d events, 0 lost, 0 duplicated, 0 early, 0 differing".formatted(expected);
  }
}
