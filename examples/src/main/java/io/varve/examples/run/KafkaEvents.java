package io.varve.examples.run;

import io.varve.examples.compare.PlacedEvent;
import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** From the demo's events to Kafka's records, and back. */
final class KafkaEvents {
  /** Makes every event another one: its number in the run, eight bytes big-endian. */
  static final String NUMBER_HEADER = "number";

  private KafkaEvents() {}

  static ProducerRecord<byte[], byte[]> toRecord(String topic, DemoEvent event, long number) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, null, event.timestampMs(), array(event.key()), array(event.value()));
    for (DemoEvent.Header header : event.headers()) {
      record.headers().add(header.name(), array(header.value()));
    }
    record.headers().add(NUMBER_HEADER, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    return record;
  }

  static PlacedEvent fromRecord(ConsumerRecord<byte[], byte[]> record) {
    List<DemoEvent.Header> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      headers.add(new DemoEvent.Header(header.key(), bytes(header.value())));
    }
    return new PlacedEvent(
        record.partition(),
        record.offset(),
        new DemoEvent(record.timestamp(), bytes(record.key()), bytes(record.value()), headers));
  }

  static @Nullable Bytes bytes(byte @Nullable [] array) {
    return array == null ? null : Bytes.of(array);
  }

  private static byte @Nullable [] array(@Nullable Bytes bytes) {
    return bytes == null ? null : bytes.array();
  }
}
