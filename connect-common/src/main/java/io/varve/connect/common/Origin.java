package io.varve.connect.common;

/**
 * The names of the headers that tell where a record in a topic comes from. Their values are text in
 * UTF-8, numbers as decimal digits, unless a header converter makes something else of them.
 */
public final class Origin {

  public static final String STREAM = "varve.stream";
  public static final String GENERATION = "varve.generation";
  public static final String PARTITION = "varve.partition";
  public static final String OFFSET = "varve.offset";

  /** When a delayed event was due, milliseconds since the Unix epoch. */
  public static final String DUE_MS = "varve.due.ms";

  /** How much later than that the worker was given it. */
  public static final String LATENESS_MS = "varve.lateness.ms";

  private Origin() {}
}
