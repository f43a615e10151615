package io.varve.connect.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TakeBackTest {

  private static final long HOUR = 3600;

  private final TakeBack takeBack = new TakeBack();

  private static long seconds(TakeBack takeBack) {
    long nanos = takeBack.waitNanos();
    return nanos == TakeBack.NEVER ? nanos : TimeUnit.NANOSECONDS.toSeconds(nanos);
  }

  private static void written(TakeBack takeBack, long atSeconds) {
    takeBack.written(TimeUnit.SECONDS.toNanos(atSeconds));
  }

  @Test
  void waitsLongerEachTimeAndGivesUpInTheEnd() {
    for (long expected : new long[] {1, 2, 4, 5, 5}) {
      assertThat(seconds(takeBack)).isEqualTo(expected);
    }
    assertThat(seconds(takeBack)).isEqualTo(TakeBack.NEVER);
    assertThat(seconds(takeBack)).isEqualTo(TakeBack.NEVER);
    assertThat(TakeBack.advice()).contains("taken over 6 times").contains("for 2 minutes");
  }

  @Test
  void aLogThatIsTakenByOneThatWasReplacedNowAndThenIsTakenBackEachTime() {
    long now = -10 * HOUR;
    for (int i = 0; i < 100; i++) {
      assertThat(seconds(takeBack)).isEqualTo(1);
      written(takeBack, now);
      written(takeBack, now + 120);
      now += HOUR;
    }
  }

  @Test
  void writesWithinTwoMinutesDoNotShowThatTheLogWasHeld() {
    seconds(takeBack);
    written(takeBack, 0);
    written(takeBack, 60);
    written(takeBack, 119);
    assertThat(seconds(takeBack)).isEqualTo(2);
  }

  @Test
  void timeInWhichNothingIsWrittenDoesNotEither() {
    seconds(takeBack);
    written(takeBack, 10 * HOUR);
    assertThat(seconds(takeBack)).isEqualTo(2);
    written(takeBack, 20 * HOUR);
    assertThat(seconds(takeBack)).isEqualTo(4);
  }

  @Test
  void holdingTheLogMakesUpForOneLoss() {
    for (int i = 0; i < 4; i++) {
      seconds(takeBack);
    }
    for (long at = 0; at < 10 * HOUR; at += HOUR) {
      written(takeBack, at);
    }
    assertThat(seconds(takeBack)).isEqualTo(5);
    assertThat(seconds(takeBack)).isEqualTo(5);
    assertThat(seconds(takeBack)).isEqualTo(TakeBack.NEVER);
  }

  @Test
  void aLogThatWasNeverLostIsNoCredit() {
    for (long at = 0; at < 10 * HOUR; at += HOUR) {
      written(takeBack, at);
    }
    assertThat(seconds(takeBack)).isEqualTo(1);
  }

  /** Two whose events come at random, so many seconds apart on the mean. */
  @ParameterizedTest
  @CsvSource({"1,1", "60,60", "600,600", "86400,86400", "60,86400", "604800,3600"})
  void ofTwoThatTakeALogFromEachOtherOneGivesUpHoweverSeldomTheyWrite(double one, double two) {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      TakeBack[] tasks = {new TakeBack(), new TakeBack()};
      double now = 0;
      int holder = 0;
      int taken = 0;
      while (true) {
        now -= Math.log(1 - random.nextDouble()) / (1 / one + 1 / two);
        int writing = random.nextDouble() < two / (one + two) ? 0 : 1;
        if (writing != holder) {
          holder = writing;
          taken++;
          if (seconds(tasks[writing]) == TakeBack.NEVER) {
            break;
          }
        }
        written(tasks[writing], (long) now);
      }
      assertThat(taken).as("seed " + seed).isLessThan(100);
    }
  }
}
