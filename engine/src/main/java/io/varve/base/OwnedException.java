package io.varve.base;

/** The log is open for writing by another living owner. Nothing was changed. */
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
}
