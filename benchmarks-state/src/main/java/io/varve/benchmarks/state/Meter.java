package io.varve.benchmarks.state;

import java.util.ArrayList;
import java.util.List;

/** Measures rates of operations, in boxes of time. Thread: confined to one. */
final class Meter {

  /** One operation. */
  @FunctionalInterface
  interface Operation {

    /**
     * Does it.
     *
     * @param n how many of this row came before
     * @return something made of its result, so that nothing of it can be left out
     */
    long run(long n) throws Exception;
  }

  private static final int BATCH_MAX = 1024;
  private static final long BATCH_NANOS_MIN = 500_000;
  private static final long BATCH_NANOS_MAX = 4_000_000;

  private final Turn turn;

  /** Written after each batch, so that the compiler must have computed it. */
  @SuppressWarnings("unused")
  private volatile long blackhole;

  private long done;

  Meter(Turn turn) {
    this.turn = turn;
  }

  /** Operations a millisecond. */
  void rate(String row, Operation operation) throws Exception {
    rate(row, "ops/ms", 1, Long.MAX_VALUE, operation);
  }

  /**
   * The same of operations that make the state grow or shrink: no more of them than that in a
   * measurement, so that a fast backend isn't given a state much larger than a slow one.
   */
  void rate(String row, long operationsMax, Operation operation) throws Exception {
    rate(row, "ops/ms", 1, operationsMax, operation);
  }

  /** Entries a millisecond, of operations on so many entries each. */
  void entriesRate(String row, long entries, Operation operation) throws Exception {
    rate(row, "entries/ms", entries, Long.MAX_VALUE, operation);
  }

  private void rate(String row, String unit, long entries, long operationsMax, Operation operation)
      throws Exception {
    if (!turn.wants(row)) {
      return;
    }
    turn.attempt(
        row,
        () -> {
          done = 0;
          box(turn.sizes().warmUpMs, operationsMax, operation);
          List<Double> rates = new ArrayList<>();
          for (int i = 0; i < turn.sizes().measurements; i++) {
            rates.add(entries * box(turn.sizes().measureMs, operationsMax, operation));
          }
          turn.report(row, unit, rates);
        });
  }

  /** Operations a millisecond. */
  private double box(long ms, long operationsMax, Operation operation) throws Exception {
    long first = done;
    long start = System.nanoTime();
    long last = start;
    int batch = 1;
    do {
      long end = done + Math.min(batch, operationsMax - (done - first));
      long sum = 0;
      while (done < end) {
        sum += operation.run(done++);
      }
      blackhole = sum;
      long now = System.nanoTime();
      if (now - last < BATCH_NANOS_MIN && batch < BATCH_MAX) {
        batch *= 2;
      } else if (now - last > BATCH_NANOS_MAX && batch > 1) {
        batch /= 2;
      }
      last = now;
    } while (last - start < ms * 1_000_000 && done - first < operationsMax);
    return (done - first) * 1e6 / (last - start);
  }
}
