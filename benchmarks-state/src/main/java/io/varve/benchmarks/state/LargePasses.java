package io.varve.benchmarks.state;

/**
 * Measures the rows of a large state twice: right after it was loaded, and once the backend has
 * settled. Thread: confined to one.
 */
final class LargePasses {

  /** Measures the rows of a state. */
  @FunctionalInterface
  interface Pass {
    void run(LargePasses passes) throws Exception;
  }

  private final Turn turn;
  private final Meter meter;
  private boolean settled;

  LargePasses(Turn turn) {
    this.turn = turn;
    this.meter = new Meter(turn);
  }

  /** Loads so many values, and measures how fast that goes and what work it leaves behind. */
  void fill(String row, long count, Turn.Work load) throws Exception {
    turn.progress("loading " + count + " values");
    long start = System.nanoTime();
    load.run();
    turn.report(row, "ops/ms", count * 1e6 / (System.nanoTime() - start));
  }

  void run(String fillRow, Pass pass) throws Exception {
    pass.run(this);
    settled = true;
    long start = System.nanoTime();
    turn.report(fillRow + "_DEBT", "ms", (OwnProcess.settle(turn.sizes()) - start) / 1e6);
    pass.run(this);
  }

  void rate(String row, Meter.Operation operation) throws Exception {
    if (settled) {
      OwnProcess.settle(turn.sizes());
    }
    meter.rate(settled ? row + "_SETTLED" : row, operation);
  }
}
