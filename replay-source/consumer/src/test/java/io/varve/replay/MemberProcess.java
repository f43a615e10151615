package io.varve.replay;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a group in a process of its own: says which records it has, then commits, until it is
 * killed.
 */
final class MemberProcess {

  static final int POLL_RECORDS_MAX = 20;

  private MemberProcess() {}

  /** {@code arguments}: the store's path, the topic. */
  public static void main(String... arguments) {
    Map<String, Object> settings =
        Map.of(
            "varve.store.path",
            arguments[0],
            "group.id",
            "killed",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false,
            "heartbeat.interval.ms",
            100,
            "max.poll.records",
            POLL_RECORDS_MAX);
    try (VarveConsumer<byte[], byte[]> consumer =
        new VarveConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(arguments[1]));
      while (true) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
        StringBuilder said = new StringBuilder();
        for (ConsumerRecord<byte[], byte[]> record : records) {
          said.append(record.partition()).append(' ').append(record.offset()).append(" .\n");
        }
        System.out.print(said);
        System.out.flush();
        if (!records.isEmpty()) {
          consumer.commitSync();
        }
      }
    }
  }
}
