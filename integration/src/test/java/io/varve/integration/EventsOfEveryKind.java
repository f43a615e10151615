package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The events that an archive is most likely to bring back otherwise than they were. */
final class EventsOfEveryKind {
  /** Timestamps lie in [FROM_MS, FROM_MS + SPAN_MS), in no order. */
  static final long FROM_MS = 1_600_000_000_000L;

  static final long SPAN_MS = 1_000_000;

  private static final int ORDINARY = 500;
  private static final int LARGE_BYTES = 1 << 20;

  private EventsOfEveryKind() {}

  /** Each kind in each partition, among ordinary ones. */
  static List<ProducerRecord<byte[], byte[]>> of(String topic, int partitions, long seed) {
    Random random = new Random(seed);
    List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      for (int i = 0; i < ORDINARY; i++) {
        events.add(event(topic, partition, random, bytes(random, 8), bytes(random, 100)));
      }
      events.addAll(kinds(topic, partition, random));
    }
    Collections.shuffle(events, random);
    return events;
  }

  private static List<ProducerRecord<byte[], byte[]>> kinds(
      String topic, int partition, Random random) {
    byte[] key = bytes(random, 8);
    byte[] value = bytes(random, 20);
    ProducerRecord<byte[], byte[]> headers = event(topic, partition, random, key, value);
    headers
        .headers()
        .add("binary", new byte[] {0, -1, (byte) 0x80, '\n'})
        .add("repeated", "first".getBytes(UTF_8))
        .add("repeated", "second".getBytes(UTF_8))
        .add("repeated", "first".getBytes(UTF_8))
        .add("null", null)
        .add("empty", new byte[0])
        .add("number in text", "1e3".getBytes(UTF_8))
        .add("ключ", "Grüße".getBytes(UTF_8))
        .add("", "without a name".getBytes(UTF_8));
    return List.of(
        headers,
        event(topic, partition, random, key, null),
        event(topic, partition, random, null, value),
        event(topic, partition, random, null, null),
        event(topic, partition, random, new byte[0], new byte[0]),
        event(
            topic, partition, random, "Schlüssel".getBytes(UTF_8), "{\"a\": 1.0}".getBytes(UTF_8)),
        event(topic, partition, random, key, bytes(random, LARGE_BYTES)),
        new ProducerRecord<>(topic, partition, 0L, key, "the epoch itself".getBytes(UTF_8)),
        new ProducerRecord<>(topic, partition, 4_102_444_800_000L, key, "2100".getBytes(UTF_8)));
  }

  private static ProducerRecord<byte[], byte[]> event(
      String topic, int partition, Random random, byte[] key, byte[] value) {
    return new ProducerRecord<>(
        topic, partition, FROM_MS + random.nextInt((int) SPAN_MS), key, value);
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
