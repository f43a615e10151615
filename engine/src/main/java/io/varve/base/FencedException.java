package io.varve.base;

/**
 * Another writer has taken this log over by a newer epoch. What was acknowledged before is kept;
 * what was not acknowledged is the new writer's to append again. This writer will never change the
 * log again.
 */
public final class FencedException extends VarveException {

  public FencedException(String log, long epoch, long currentEpoch, String holder) {
    super(
        "Writer of "
            + log
            + " with epoch "
            + epoch
            + " is fenced: epoch "
            + currentEpoch
            + " is held by "
            + holder
            + ". Stop this writer; events it had not been told durable are the new writer's to append",
        null);
  }
}
