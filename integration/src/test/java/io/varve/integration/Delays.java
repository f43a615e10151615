package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Has events be delivered a random time after they are sent: most within a part of the longest
 * time.
 *
 * <p>Thread: confined to one.
 */
final class Delays implements UnaryOperator<ProducerRecord<byte[], byte[]>> {
  static final String DELIVER_AT = "deliver.at";

  private final Random random;
  private final int msMax;

  Delays(long seed, int msMax) {
    this.random = new Random(seed);
    this.msMax = msMax;
  }

  @Override
  public ProducerRecord<byte[], byte[]> apply(ProducerRecord<byte[], byte[]> event) {
    int bound = random.nextInt(10) == 0 ? msMax : msMax / 5;
    long dueMs = System.currentTimeMillis() + random.nextInt(bound);
    event.headers().add(DELIVER_AT, Long.toString(dueMs).getBytes(UTF_8));
    return event;
  }
}
