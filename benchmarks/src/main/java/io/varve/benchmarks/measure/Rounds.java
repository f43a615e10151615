package io.varve.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Takes turns: everyone once, then everyone again, and so on.
 *
 * @param warmups rounds that don't count
 * @param count rounds that count
 */
public record Rounds(int warmups, int count) {

  /**
   * Lets everyone have their turn, round by round.
   *
   * @param progress is told of every turn
   * @return samples by name, round by round
   */
  public Map<String, List<Sample>> run(List<? extends Turn> turns, Consumer<String> progress)
      throws Exception {
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    for (int round = -warmups; round < count; round++) {
      for (Turn turn : turns) {
        Sample sample = turn.take();
        progress.accept(
            String.format(
                Locale.ROOT,
                "%s, %s: %,.0f events/s",
                round < 0 ? "warm-up" : "round " + (round + 1),
                turn.name(),
                sample.eventsPerSecond()));
        if (round >= 0) {
          samples.computeIfAbsent(turn.name(), name -> new ArrayList<>()).add(sample);
        }
      }
    }
    return samples;
  }
}
