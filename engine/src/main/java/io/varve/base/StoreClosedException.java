package io.varve.base;

/** A call on a store, writer or reader after its close. */
public final class StoreClosedException extends VarveException {

  public StoreClosedException(String what) {
    super(what + " is closed", null);
  }
}
