package io.varve.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lets contestants take turns: all of them once, then all of them again, and so on.
 *
 * @param warmups rounds that don't count
 * @param count rounds that count
 * @param turnMsMin a turn repeats its work until so many milliseconds have passed; 0: once
 */
public record Rounds(int warmups, int count, long turnMsMin) {

  /**
   * @param progress is told of every turn
   * @return each contestant's samples by its name, round by round
   */
  public Map<String, List<Sample>> run(
      List<? extends Contestant> contestants, Consumer<String> progress) throws Exception {
    Meter meter = new Meter();
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    for (int round = -warmups; round < count; round++) {
      for (Contestant contestant : contestants) {
        System.gc();
        Sample sample;
        contestant.open();
        try {
          sample = meter.measure(contestant, turnMsMin * 1_000_000);
        } finally {
          contestant.close();
        }
        progress.accept(
            "%s %s: %,.0f events/s"
                .formatted(
                    round < 0 ? "warm-up" : "round " + (round + 1),
                    contestant.name(),
                    sample.eventsPerSecond()));
        if (round >= 0) {
          samples.computeIfAbsent(contestant.name(), name -> new ArrayList<>()).add(sample);
        }
      }
    }
    return samples;
  }
}
