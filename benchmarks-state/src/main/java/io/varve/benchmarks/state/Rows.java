package io.varve.benchmarks.state;

/** The rows of a suite. Thread: confined to one. */
interface Rows {

  /** Measures them all; what it reports goes to the turn. */
  void run(Turn turn) throws Exception;
}
