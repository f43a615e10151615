package io.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.EventReader;
import io.varve.base.Clock;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** How long a poll looks for events, on a clock that stands still until it is moved. */
final class LookTest {

  private static final long MS = 1_000_000;

  private final AtomicLong nanos = new AtomicLong(5);
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Clock clock =
      new Clock() {
        @Override
        public long nanos() {
          return nanos.get();
        }

        @Override
        public long wallMs() {
          return 0;
        }
      };
  private final Look look = new Look(clock, woken::get);

  /** How many milliseconds it goes on with a poll of that timeout. */
  private long lasts(Duration timeout) {
    look.begin(Deadline.in(timeout, clock));
    long begun = nanos.get();
    while (look.getAsBoolean()) {
      nanos.addAndGet(MS);
    }
    assertThat(look.isOver()).isTrue();
    return (nanos.get() - begun) / MS;
  }

  @Test
  void itEndsWithThePollAndLeavesTimeForOtherPartitions() {
    assertThat(lasts(Duration.ofMillis(7))).isEqualTo(7);
    assertThat(lasts(Duration.ofDays(400_000))).isEqualTo(20);
    assertThat(lasts(Duration.ZERO)).as("a little further each time").isEqualTo(2);
  }

  @Test
  void itEndsAtOnceWhenThePollIsWokenUp() {
    look.begin(Deadline.in(Duration.ofDays(1), clock));
    assertThat(look.getAsBoolean()).isTrue();
    assertThat(look.isOver()).isFalse();
    woken.set(true);
    assertThat(look.getAsBoolean()).isFalse();
    assertThat(look.isOver()).isTrue();
  }

  /** Or the rest of a log whose topic was made anew would be taken for read. */
  @Test
  void whatAnInterruptedReaderLeavesIsLeftForLater() {
    AssignedPartition partition = new AssignedPartition(new TopicPartition("orders", 0));
    partition.seek(0);
    EventReader interrupted =
        (EventReader)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {EventReader.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "next" -> false;
                      case "position" -> 1024L;
                      default -> throw new UnsupportedOperationException(method.toString());
                    });
    partition.readWith(interrupted);
    look.begin(Deadline.in(Duration.ofDays(1), clock));
    Thread.currentThread().interrupt();
    try {
      assertThat(partition.step(interrupted, look)).isFalse();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(partition.position()).isEqualTo(1024);
    assertThat(look.isOver()).isTrue();
  }
}
