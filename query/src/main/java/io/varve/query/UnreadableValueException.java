package io.varve.query;

/** Bytes that are not what their encoding says. */
final class UnreadableValueException extends Exception {

  UnreadableValueException(String message) {
    super(message);
  }

  /** It is met for each event where a schema is missing, and nobody looks where it came from. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
