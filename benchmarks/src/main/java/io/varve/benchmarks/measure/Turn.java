package io.varve.benchmarks.measure;

/** One of several ways of doing the same work, measured once. Thread: confined to one. */
public interface Turn {

  /** What its row of the table says. */
  String name();

  Sample take() throws Exception;
}
