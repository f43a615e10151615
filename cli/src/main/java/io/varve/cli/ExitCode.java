package io.varve.cli;

/** What the tool ends with. */
final class ExitCode {

  /** Everything is fine. */
  static final int FINE = 0;

  /** Problems were found in a store. */
  static final int PROBLEMS = 1;

  /** Wrong usage, or input that can't be taken. */
  static final int BAD_INPUT = 2;

  /** It could not be done. */
  static final int FAILED = 3;

  /** What was looked for isn't there. */
  static final int NOT_FOUND = 4;

  private ExitCode() {}
}
