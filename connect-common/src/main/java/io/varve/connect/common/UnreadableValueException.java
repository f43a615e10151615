package io.varve.connect.common;

import org.apache.kafka.connect.errors.DataException;

/**
 * A stored value that cannot be turned back into Connect data: its bytes are damaged, or its schema
 * is missing from the store, or it wasn't written by a connector. The message says which value,
 * what was expected and what was found.
 */
public final class UnreadableValueException extends DataException {
  private static final long serialVersionUID = 1L;

  public UnreadableValueException(String message) {
    super(message);
  }

  public UnreadableValueException(String message, Throwable cause) {
    super(message, cause);
  }
}
