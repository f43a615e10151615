package io.varve.base;

/**
 * An event that can't be stored as it is: too large, or an offset that does not rise. Nothing
 * changed.
 */
public final class BadEventException extends VarveException {

  public BadEventException(String message) {
    super(message, null);
  }
}
