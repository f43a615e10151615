package io.varve.testkit;

import java.util.stream.LongStream;

/** What tests do more of at night, in the Maven profile of that name. */
public final class Nightly {

  private static final boolean ON = Boolean.getBoolean("nightly");

  private Nightly() {}

  /** {@code often} in each build, {@code nightly} at night. */
  public static int either(int often, int nightly) {
    return ON ? nightly : often;
  }

  /**
   * The numbers from 0 to {@code count}: in each build one after another, at night on all cores.
   */
  public static LongStream threads(long count) {
    LongStream numbers = LongStream.range(0, count);
    return ON ? numbers.parallel() : numbers;
  }
}
