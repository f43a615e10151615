package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.testkit.Nightly;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Schedulers lose nothing, release nothing twice and nothing early, whatever happens.
 *
 * <p>{@code -Dsimulation.seed=N} runs one seed, {@code -Dsimulation.seeds=N} the first so many.
 */
final class SchedulingTest {

  @Test
  void everyEventIsReleasedOnceUnlessItIsCancelled() {
    Long one = Long.getLong("simulation.seed");
    long count = one != null ? 1 : Long.getLong("simulation.seeds", Nightly.either(1500, 100_000));
    AtomicLong crashes = new AtomicLong();
    Nightly.threads(count)
        .map(number -> one != null ? one : number)
        .forEach(seed -> crashes.addAndGet(new SchedulingRun(seed).run()));
    System.out.println("Schedulers simulated: " + count + ", crashes: " + crashes);
    assertThat(one != null || crashes.get() > count / 2).isTrue();
  }

  /**
   * Of 8310: a scheduler that another took over from while it saved, and whose file that one had
   * deleted, failed for want of the file instead of being fenced.
   */
  @ParameterizedTest
  @ValueSource(longs = 8310)
  void aSeedThatOnlyANightFoundIsGoneThroughInEachBuild(long seed) {
    assertThat(new SchedulingRun(seed).run()).isPositive();
  }
}
