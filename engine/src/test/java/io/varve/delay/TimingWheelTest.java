package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimingWheelTest {

  private static final long NOW = 1_800_000_000_000L;

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 1000})
  void givesInOrderOfDueTimeThenOffset(int tickMs) {
    TimingWheel wheel = new TimingWheel(NOW, tickMs);
    wheel.add(NOW + 5, 3);
    wheel.add(NOW + 70_000, 1);
    wheel.add(NOW + 5, 2);
    wheel.add(NOW + 4, 9);
    wheel.add(NOW + 40_000_000_000L, 0);
    assertThat(take(wheel, NOW + 40_000_000_000L))
        .containsExactly("+4 9", "+5 2", "+5 3", "+70000 1", "+40000000000 0");
    assertThat(wheel.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 1000})
  void isExactToTheMillisecondWhateverTheTick(int tickMs) {
    TimingWheel wheel = new TimingWheel(NOW, tickMs);
    for (int i = 1; i <= 3_000; i++) {
      wheel.add(NOW + i, i);
    }
    for (int i = 1; i <= 3_000; i++) {
      assertThat(take(wheel, NOW + i)).containsExactly("+" + i + " " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void putsTheManyTimersOfASlotInOrder(int tickMs) {
    TimingWheel wheel = new TimingWheel(NOW, tickMs);
    int timers = 100_003;
    for (int i = 0; i < timers; i++) {
      wheel.add(NOW + 5_000 + i % 7, i * 50_021L % timers);
    }
    long dueMs = NOW;
    long offset = -1;
    for (int i = 0; i < timers; i++) {
      assertThat(wheel.next(NOW + 5_006)).isTrue();
      if (wheel.dueMs() == dueMs) {
        assertThat(wheel.offset()).isGreaterThan(offset);
      } else {
        assertThat(wheel.dueMs()).isGreaterThan(dueMs);
      }
      dueMs = wheel.dueMs();
      offset = wheel.offset();
    }
    assertThat(wheel.next(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void goesOnInTheMiddleOfASlotWithWhatWasAddedMeanwhile() {
    TimingWheel wheel = new TimingWheel(NOW, 64);
    wheel.add(NOW + 100, 10);
    wheel.add(NOW + 100, 20);
    wheel.add(NOW + 101, 5);
    assertThat(wheel.next(NOW + 200)).isTrue();
    assertThat(wheel.offset()).isEqualTo(10);
    wheel.add(NOW + 100, 15);
    wheel.add(NOW + 100, 5);
    wheel.add(NOW + 150, 1);
    wheel.add(NOW + 50, 99);
    assertThat(take(wheel, NOW + 200))
        .containsExactly("+50 99", "+100 5", "+100 15", "+100 20", "+101 5", "+150 1");
  }

  @Test
  void afterAClockThatWentBackNothingComesEarly() {
    TimingWheel wheel = new TimingWheel(NOW, 1);
    wheel.add(NOW + 1_000_000, 1);
    assertThat(take(wheel, NOW + 500_000)).isEmpty();
    wheel.add(NOW + 20, 2);
    wheel.add(NOW + 10, 3);
    wheel.add(NOW + 500_000, 4);
    assertThat(take(wheel, NOW)).isEmpty();
    assertThat(wheel.nextDueMs()).isEqualTo(NOW + 10);
    assertThat(take(wheel, NOW + 9)).isEmpty();
    assertThat(take(wheel, NOW + 10)).containsExactly("+10 3");
    assertThat(take(wheel, NOW + 499_999)).containsExactly("+20 2");
    assertThat(take(wheel, NOW + 1_000_000)).containsExactly("+500000 4", "+1000000 1");
  }

  @Test
  void whatIsLeftOfASlotWaitsIfTheClockGoesBack() {
    TimingWheel wheel = new TimingWheel(NOW, 1000);
    wheel.add(NOW + 2_000, 1);
    wheel.add(NOW + 2_100, 2);
    assertThat(wheel.next(NOW + 2_500)).isTrue();
    assertThat(wheel.next(NOW + 2_099)).isFalse();
    assertThat(wheel.next(0)).isFalse();
    assertThat(wheel.next(Long.MIN_VALUE)).isFalse();
    assertThat(take(wheel, NOW + 2_100)).containsExactly("+2100 2");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1000})
  void takesAnyDueTime(int tickMs) {
    TimingWheel wheel = new TimingWheel(0, tickMs);
    wheel.add(Long.MAX_VALUE, 7);
    wheel.add(Long.MIN_VALUE, 4);
    wheel.add(0, 5);
    wheel.add(Long.MAX_VALUE - 1, 6);
    wheel.add(Long.MAX_VALUE, Long.MIN_VALUE);
    assertThat(wheel.next(Long.MIN_VALUE)).isTrue();
    assertThat(wheel.offset()).isEqualTo(4);
    assertThat(wheel.next(-1)).isFalse();
    assertThat(wheel.next(0)).isTrue();
    assertThat(wheel.offset()).isEqualTo(5);
    assertThat(wheel.next(Long.MAX_VALUE - 2)).isFalse();
    assertThat(wheel.nextDueMs()).isLessThan(Long.MAX_VALUE);
    assertThat(wheel.next(Long.MAX_VALUE - 1)).isTrue();
    assertThat(wheel.offset()).isEqualTo(6);
    assertThat(wheel.next(Long.MAX_VALUE - 1)).isFalse();
    assertThat(wheel.next(Long.MAX_VALUE)).isTrue();
    assertThat(wheel.offset()).isEqualTo(Long.MIN_VALUE);
    assertThat(wheel.next(Long.MAX_VALUE)).isTrue();
    assertThat(wheel.offset()).isEqualTo(7);
    assertThat(wheel.dueMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(wheel.next(Long.MAX_VALUE)).isFalse();
    wheel.add(Long.MAX_VALUE, 8);
    assertThat(wheel.next(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void tellsUntilWhenToSleep() {
    TimingWheel wheel = new TimingWheel(NOW, 1);
    assertThat(wheel.nextDueMs()).isEqualTo(Long.MAX_VALUE);
    wheel.add(NOW + 1_000_000_000, 1);
    int wakes = 0;
    long nowMs = NOW;
    while (!wheel.next(nowMs)) {
      assertThat(wheel.nextDueMs()).isBetween(nowMs + 1, NOW + 1_000_000_000);
      nowMs = wheel.nextDueMs();
      wakes++;
    }
    assertThat(nowMs).isEqualTo(NOW + 1_000_000_000);
    assertThat(wakes).isLessThanOrEqualTo(8);
    assertThat(wheel.nextDueMs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void showsAllThatWait() {
    TimingWheel wheel = new TimingWheel(NOW, 1);
    for (int i = 0; i < 300; i++) {
      wheel.add(NOW + 1, i);
    }
    wheel.add(NOW + 100_000_000, 300);
    for (int i = 0; i < 100; i++) {
      assertThat(wheel.next(NOW + 1)).isTrue();
    }
    wheel.add(NOW - 1, 301);
    List<Long> offsets = new ArrayList<>();
    wheel.forEach((dueMs, offset) -> offsets.add(offset));
    List<Long> expected = new ArrayList<>();
    for (long i = 100; i <= 301; i++) {
      expected.add(i);
    }
    assertThat(offsets).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(wheel.size()).isEqualTo(202);
  }

  @Test
  void takesLittleMoreThanSixteenBytesATimerAndGivesMemoryBack() {
    TimingWheel wheel = new TimingWheel(NOW, 1);
    long emptyBytes = wheel.bytes();
    int timers = 1_000_000;
    for (int i = 0; i < timers; i++) {
      wheel.add(NOW + 1 + i * 31L % 3_600_000, i);
    }
    assertThat(wheel.bytes()).isLessThan(timers * 18L);
    for (int i = 0; i < timers; i++) {
      wheel.add(NOW - i, i);
    }
    int taken = 0;
    while (wheel.next(NOW + 3_600_000)) {
      taken++;
    }
    assertThat(taken).isEqualTo(2 * timers);
    assertThat(wheel.bytes()).isLessThan(emptyBytes + 1_000_000);
  }

  @Test
  void wantsAStartAndATickThatMakeSense() {
    assertThatThrownBy(() -> new TimingWheel(-1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("startMs is -1");
    assertThatThrownBy(() -> new TimingWheel(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 1000");
    assertThatThrownBy(() -> new TimingWheel(0, 1001))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tickMs is 1001");
  }

  private static List<String> take(TimingWheel wheel, long nowMs) {
    List<String> taken = new ArrayList<>();
    while (wheel.next(nowMs)) {
      assertThat(wheel.dueMs()).isLessThanOrEqualTo(nowMs);
      taken.add(String.format("%+d %d", wheel.dueMs() - NOW, wheel.offset()));
    }
    return taken;
  }
}
