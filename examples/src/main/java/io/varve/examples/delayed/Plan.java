package io.varve.examples.delayed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The messages to send, and which of them are to arrive where.
 *
 * <p>Thread: immutable.
 *
 * @param records in the order in which they are sent
 * @param expected those that are to arrive once each, as topic and value
 * @param unexpected values that are not to arrive
 * @param repeated the value that is to arrive again and again, every {@link #REPEATED_MS}
 * @param end stops that
 * @param lastDueMs when the last of those that are sent once is due
 */
record Plan(
    List<ProducerRecord<byte[], byte[]>> records,
    List<String> expected,
    List<String> unexpected,
    String repeated,
    ProducerRecord<byte[], byte[]> end,
    long lastDueMs) {

  static final String TOPIC = "reminders";
  static final String DUE = "reminders-due";
  static final String ALARMS = "alarms";

  static final long REPEATED_MS = 2000;

  private static final String REPEATED = "the bell rings";
  private static final String CRON = "0/2 * * * * ?";
  private static final long SEED = 20;

  /**
   * Some messages at random times within {@code seconds} from {@code fromMs} on, half of them by a
   * time and half by a delay, and a few special ones.
   *
   * @param nowMs the timestamp of the messages
   */
  static Plan of(int messages, double seconds, long nowMs, long fromMs) {
    Random random = new Random(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    long lastMs = fromMs + (long) (seconds * 1000);
    for (int i = 0; i < messages; i++) {
      long dueMs = fromMs + (long) (random.nextDouble() * seconds * 1000);
      String value = "reminder " + i;
      records.add(
          i % 2 == 0
              ? record(nowMs, "user-" + i % 100, value, "deliver.at", Long.toString(dueMs))
              : record(
                  nowMs, "user-" + i % 100, value, "deliver.after", Long.toString(dueMs - nowMs)));
      expected.add(arrival(DUE, value));
    }
    String later = Instant.ofEpochMilli((fromMs + lastMs) / 2).toString();
    records.add(record(nowMs, "eve", "wake up", "deliver.at", later, "deliver.topic", ALARMS));
    expected.add(arrival(ALARMS, "wake up"));
    records.add(record(nowMs, "adam", "tea at four", "deliver.at", later, "schedule.id", "tea"));
    records.add(record(nowMs, "adam", "tea at five", "deliver.at", later, "schedule.id", "tea"));
    expected.add(arrival(DUE, "tea at five"));
    records.add(record(nowMs, "adam", "dentist", "deliver.at", later, "schedule.id", "dentist"));
    records.add(record(nowMs, "adam", null, "schedule.id", "dentist"));
    records.add(record(nowMs, "bell", REPEATED, "schedule.cron", CRON, "schedule.id", "bell"));
    return new Plan(
        List.copyOf(records),
        List.copyOf(expected),
        List.of("tea at four", "dentist"),
        REPEATED,
        record(lastMs, "bell", null, "schedule.id", "bell"),
        lastMs);
  }

  static String arrival(String topic, String value) {
    return topic + ": " + value;
  }

  private static ProducerRecord<byte[], byte[]> record(
      long timestampMs, String key, @Nullable String value, String... headers) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            TOPIC,
            null,
            timestampMs,
            key.getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8));
    for (int i = 0; i < headers.length; i += 2) {
      record.headers().add(headers[i], headers[i + 1].getBytes(UTF_8));
    }
    return record;
  }
}
