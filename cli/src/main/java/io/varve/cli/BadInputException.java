package io.varve.cli;

/** Something that the user gave can't be taken. The message says what and what is expected. */
final class BadInputException extends RuntimeException {

  private static final long serialVersionUID = 1;

  BadInputException(String message) {
    super(message);
  }
}
