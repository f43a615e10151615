package io.varve.query;

/** A filter that can't be taken; the message says where and why. */
public final class BadFilterException extends RuntimeException {

  BadFilterException(String message) {
    super(message);
  }
}
