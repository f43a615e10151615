package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test of the simulation: an engine with a flaw is found out within a few seeds. */
final class FlawTest {

  private static final int SEEDS_MAX = 200;

  @ParameterizedTest
  @EnumSource(Flaw.class)
  void aFlawIsFound(Flaw flaw) {
    assertThatThrownBy(
            () -> {
              for (long seed = 0; seed < SEEDS_MAX; seed++) {
                new SimulationRun(seed, flaw).run();
              }
            })
        .isInstanceOf(AssertionError.class)
        .satisfies(e -> System.out.println(flaw + " found: " + e.getMessage() + ": " + root(e)));
  }

  private static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }
}
