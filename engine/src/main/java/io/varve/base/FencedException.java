package io.varve.base;

/**
 * Another one has taken this log, or this subscription, over by a newer epoch. What was
 * acknowledged before is kept; what was not acknowledged is the new writer's to append again. This
 * writer will never change the log again.
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
            + ". Events that this one had not been told durable are the new writer's to append",
        null);
  }

  private FencedException(String message) {
    super(message, null);
  }

  /** For a subscription that was opened again. */
  public static FencedException ofSubscription(
      String name, String path, long epoch, String holder) {
    return new FencedException(
        "Subscription '"
            + name
            + "' in "
            + path
            + " with epoch "
            + epoch
            + " is fenced: it was opened again by "
            + holder
            + ". What this one had not been told durable is delivered again");
  }
}
