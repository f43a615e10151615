package io.varve.benchmarks.timers;

import java.util.SplittableRandom;

/**
 * What is added in a turn: timers with rising offsets, due at random in a window of time.
 *
 * @param timers how many
 * @param startMs when the window begins
 * @param windowMs how long it is
 */
record Load(int timers, long startMs, int windowMs) {

  /** As dense for any number of timers: 333 are due in a millisecond. */
  static Load starting(int timers, long startMs) {
    return new Load(timers, startMs, windowMs(timers));
  }

  static int windowMs(int timers) {
    return Math.toIntExact(timers * 3L / 1000);
  }

  void addTo(Timers to) {
    SplittableRandom random = new SplittableRandom(timers);
    for (int i = 0; i < timers; i++) {
      to.add(startMs + (((random.nextLong() >>> 32) * windowMs) >>> 32), i);
    }
  }

  long sumOfOffsets() {
    return (timers - 1L) * timers / 2;
  }
}
