package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

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
   * An owner that died, and whose taking over the power cut undid, had left a manifest to commit.
   */
  @Test
  void aSeedThatOnlyANightFoundIsGoneThroughInEachBuild() {
    assertThat(new SimulationRun(27_702, UnaryOperator.identity()).run()).isPositive();
  }
}
