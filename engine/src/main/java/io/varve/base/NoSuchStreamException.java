package io.varve.base;

/** A stream, generation or partition that the store does not hold. */
public final class NoSuchStreamException extends VarveException {

  public NoSuchStreamException(String message) {
    super(message, null);
  }
}
