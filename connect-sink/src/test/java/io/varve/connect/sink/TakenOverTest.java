package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.FencedException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;

/** A log that is lost so seldom that it takes hours to see for how long it was held. */
final class TakenOverTest {

  private static final TopicPartition SOURCE = new TopicPartition("orders", 0);
  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Outage outage = new Outage();

  private void takenOver(long nowNanos) {
    outage.takenOver(SOURCE, new FencedException("orders-0", 1, 2, "connector archive"), nowNanos);
    assertThat(outage.isOver(nowNanos)).isFalse();
    assertThat(outage.isOver(nowNanos + TimeUnit.SECONDS.toNanos(5))).isTrue();
  }

  @Test
  void oneThatIsWrittenOnceAndLostEachTimeIsGivenUp() {
    for (int i = 0; i < 5; i++) {
      takenOver(i * HOUR_NANOS);
      outage.ended(i * HOUR_NANOS + 1);
    }
    assertThatThrownBy(() -> takenOver(5 * HOUR_NANOS))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("was taken over 6 times");
  }

  @Test
  void oneThatIsWrittenForMinutesBetweenIsTakenBackEachTime() {
    for (int i = 0; i < 50; i++) {
      takenOver(i * HOUR_NANOS);
      outage.ended(i * HOUR_NANOS + 1);
      outage.ended(i * HOUR_NANOS + 1 + TimeUnit.MINUTES.toNanos(2));
    }
  }
}
