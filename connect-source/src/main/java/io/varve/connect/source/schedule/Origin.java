package io.varve.connect.source.schedule;

/** The names of the headers that tell where a delivered event comes from, and when it was due. */
final class Origin {

  static final String STREAM = "varve.stream";
  static final String GENERATION = "varve.generation";
  static final String PARTITION = "varve.partition";
  static final String OFFSET = "varve.offset";

  /** Milliseconds since the Unix epoch. */
  static final String DUE_MS = "varve.due.ms";

  /** How much later than that the worker was given it. */
  static final String LATENESS_MS = "varve.lateness.ms";

  private Origin() {}
}
