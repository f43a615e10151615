package io.varve.base;

/** The log, or the subscription, is another living owner's. Nothing was changed. */
public final class OwnedException extends VarveException {

  public OwnedException(String log, String holder, String asking) {
    super(
        log
            + " is already open for writing by "
            + holder
            + ", which is alive; "
            + asking
            + " may not write it too. Stop that owner first, or write another stream",
        null);
  }

  private OwnedException(String message) {
    super(message, null);
  }

  /** For a subscription, which one process at a time may have open. */
  public static OwnedException ofSubscription(String name, String path, String holder) {
    return new OwnedException(
        "Subscription '"
            + name
            + "' in "
            + path
            + " is already open: "
            + holder
            + " has it, and is alive. Stop that process first, or open a subscription of another"
            + " name");
  }
}
