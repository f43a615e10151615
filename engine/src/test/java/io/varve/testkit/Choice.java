package io.varve.testkit;

import java.util.Random;

/** Which of its legal states a disk is found in after a crash: asked once for each freedom. */
interface Choice {

  /** All that was not synced is lost. */
  Choice NOTHING = most -> 0;

  /** All that was not synced is there. */
  Choice EVERYTHING = most -> most;

  /** A number from 0 to {@code most}, inclusive. */
  int upTo(int most);

  /** Whether choices like this one go through all states, so that none may be left out. */
  default boolean isExhaustive() {
    return false;
  }

  /** Anything. */
  static Choice drawn(long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + 7);
    return most -> random.nextInt(most + 1);
  }

  /** One of all, whose choices are the digits of {@code number}. */
  static Choice numbered(long number) {
    return new Choice() {

      private long rest = number;

      @Override
      public int upTo(int most) {
        int digit = (int) (rest % (most + 1));
        rest /= most + 1;
        return digit;
      }

      @Override
      public boolean isExhaustive() {
        return true;
      }
    };
  }
}
