package io.varve.flink.source.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.flink.source.EventRange;
import io.varve.flink.source.ExpiredOffset;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.discover.StreamSelection;
import io.varve.flink.source.split.LogSplit;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitQueueTest {

  private static final SourceSettings SETTINGS =
      new SourceSettings(
          "/nowhere",
          StreamSelection.named(List.of("a")),
          0,
          LogPlace.earliest(),
          null,
          EventRange.ALL,
          ExpiredOffset.FAIL,
          null,
          null,
          Condition.all(),
          null,
          0,
          0,
          Long.MAX_VALUE);

  private final SplitQueue queue = new SplitQueue();

  private SplitReading added(int partition, int generation) {
    SplitReading reading =
        new SplitReading(
            new LogSplit(
                new StreamPartition("a", generation, partition),
                LogSplit.EARLIEST,
                LogSplit.EARLIEST,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MAX_VALUE),
            SETTINGS,
            null);
    queue.add(reading);
    return reading;
  }

  @Test
  void splitsTakeTurns() {
    SplitReading first = added(0, 1);
    SplitReading second = added(1, 1);

    assertThat(queue.current()).isSameAs(first);
    queue.turn();
    assertThat(queue.current()).isSameAs(second);
    queue.turn();
    assertThat(queue.current()).isSameAs(first);
  }

  @Test
  void aPausedSplitHasNoTurnUntilItIsResumed() {
    SplitReading first = added(0, 1);
    queue.pauseOrResume(List.of("a-0"), List.of());
    assertThat(queue.current()).isNull();
    assertThat(queue.lookInMs()).isEqualTo(-1);
    assertThat(queue.isEmpty()).isFalse();
    assertThat(queue.all()).containsExactly(first);

    queue.pauseOrResume(List.of(), List.of("a-0"));
    assertThat(queue.current()).isSameAs(first);
  }

  @Test
  void aSplitThatIsPausedBeforeItComesStaysPaused() {
    queue.pauseOrResume(List.of("a-1"), List.of());
    added(1, 1);
    assertThat(queue.current()).isNull();
  }

  @Test
  void aWaitingSplitIsLookedAtAgainAndThePauseGrows() {
    SplitReading first = added(0, 1);
    long before = queue.lookInMs();
    assertThat(before).isEqualTo(-1);
    long longest = 0;
    for (int i = 0; i < 8; i++) {
      while (queue.current() == null) {
        Thread.onSpinWait();
      }
      assertThat(queue.current()).isSameAs(first);
      queue.waits();
      assertThat(queue.lookInMs()).isGreaterThanOrEqualTo(longest).isLessThanOrEqualTo(50);
      longest = queue.lookInMs();
    }
    assertThat(longest).isEqualTo(50);
  }

  @Test
  void aNewGenerationComesWhenTheOneBeforeIsRead() {
    SplitReading old = added(0, 1);
    SplitReading next = added(0, 2);
    SplitReading other = added(1, 2);

    assertThat(queue.current()).isSameAs(old);
    queue.turn();
    assertThat(queue.current()).isSameAs(other);
    queue.turn();
    assertThat(queue.finish()).isSameAs(old);
    queue.turn();
    assertThat(List.of(queue.current(), other)).contains(next);
    assertThat(queue.all()).containsExactlyInAnyOrder(next, other);
  }
}
