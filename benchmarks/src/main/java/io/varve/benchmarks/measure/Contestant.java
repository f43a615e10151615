package io.varve.benchmarks.measure;

/** A way of doing the work in this process. Thread: confined to one. */
public interface Contestant {

  /** What its row of the table says. */
  String name();

  /** Gets ready for a turn. Not measured. */
  default void open() throws Exception {}

  /**
   * Does the work once. Measured.
   *
   * @return how many events it handled
   */
  long run() throws Exception;

  /** Tidies up after a turn. Not measured. */
  default void close() throws Exception {}
}
