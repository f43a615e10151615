package io.varve.testkit;

/**
 * What a process that is dead meets at every call; an Error, so that no code under test takes it.
 */
public final class ProcessDied extends Error {

  private static final long serialVersionUID = 1;

  ProcessDied() {
    super("the process is dead", null, false, false);
  }
}
