package io.varve.examples.input;

/** The user's input cannot be used; the message says where, what was expected and what to do. */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Bad input as such. */
  public InputException(String message) {
    super(message);
  }

  /** Bad input that another error gave away. */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
