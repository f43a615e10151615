package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Events whose content follows from partition and number, so that millions can be checked without
 * being held.
 *
 * <p>Thread: immutable.
 */
final class NumberedEvents {
  static final String HEADER = "number";

  private static final int VALUE_BYTES = 100;
  private static final int TIME_RANGE_MS = 86_400_000;

  private final long seed;

  NumberedEvents(long seed) {
    this.seed = seed;
  }

  ProducerRecord<byte[], byte[]> event(String topic, int partition, int number) {
    ProducerRecord<byte[], byte[]> event =
        new ProducerRecord<>(
            topic,
            partition,
            timestampMs(partition, number),
            key(partition, number),
            value(partition, number));
    event.headers().add(HEADER, header(number));
    return event;
  }

  /** The number of an event that was seen somewhere. */
  static int number(byte[] header) {
    return ByteBuffer.wrap(header).getInt();
  }

  boolean isSame(int partition, int number, long timestampMs, byte[] key, byte[] value) {
    return timestampMs == timestampMs(partition, number)
        && hasContent(partition, number, key, value);
  }

  /** The same for an event that may have been given another time. */
  boolean hasContent(int partition, int number, byte[] key, byte[] value) {
    return Arrays.equals(key, key(partition, number))
        && Arrays.equals(value, value(partition, number));
  }

  private static byte[] header(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** In no order. */
  private long timestampMs(int partition, int number) {
    return EventsOfEveryKind.FROM_MS
        + Long.remainderUnsigned(mixed(partition, number), TIME_RANGE_MS);
  }

  private byte[] key(int partition, int number) {
    return number % 7 == 0 ? null : ("key-" + partition + "-" + number % 1000).getBytes(UTF_8);
  }

  private byte[] value(int partition, int number) {
    if (number % 11 == 0) {
      return null;
    }
    ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES);
    long word = mixed(partition, number);
    while (value.remaining() >= Long.BYTES) {
      value.putLong(word);
      word = word * 6_364_136_223_846_793_005L + 1;
    }
    return value.array();
  }

  /** SplitMix64's finalizer. */
  private long mixed(int partition, int number) {
    long word = seed + ((long) partition << 32 | number) * 0x9E3779B97F4A7C15L;
    word = (word ^ word >>> 30) * 0xBF58476D1CE4E5B9L;
    word = (word ^ word >>> 27) * 0x94D049BB133111EBL;
    return word ^ word >>> 31;
  }
}
