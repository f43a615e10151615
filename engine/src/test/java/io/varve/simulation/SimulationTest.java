package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.testkit.Nightly;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stores that live through random scripts, faults and crashes keep what they promise.
 *
 * <p>{@code -Dsimulation.seed=N} runs one seed, {@code -Dsimulation.seeds=N} the first so many.
 */
final class SimulationTest {

  @Test
  void whateverHappensTheStoreKeepsWhatItPromises() {
    Long one = Long.getLong("simulation.seed");
    long count = one != null ? 1 : Long.getLong("simulation.seeds", Nightly.either(1000, 40_000));
    AtomicLong states = new AtomicLong();
    Nightly.threads(count)
        .map(number -> one != null ? one : number)
        .forEach(seed -> states.addAndGet(new SimulationRun(seed, UnaryOperator.identity()).run()));
    System.out.println("Seeds simulated: " + count + ", crash states explored: " + states);
  }

  /**
   * Of 27,702: an owner that died, and whose taking over the power cut undid, had left a manifest
   * to commit. Of 1344: a backup believed a manifest with a gap whose writer had failed to sync it.
   */
  @ParameterizedTest
  @ValueSource(longs = {1344, 27_702})
  void aSeedThatOnlyANightFoundIsGoneThroughInEachBuild(long seed) {
    assertThat(new SimulationRun(seed, UnaryOperator.identity()).run()).isPositive();
  }
}
