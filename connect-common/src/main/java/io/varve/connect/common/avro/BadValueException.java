package io.varve.connect.common.avro;

import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A value that isn't one of its schema, bytes that are no such value, or a schema that cannot be
 * mapped.
 *
 * <p>Collects the path from the root to the spot while it passes up through the codecs: {@code at
 * .address.lines[2]: expected a String, found java.lang.Integer}.
 */
public final class BadValueException extends DataException {
  private static final long serialVersionUID = 1L;

  private String path = "";

  public BadValueException(String message) {
    super(message);
  }

  public BadValueException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A value of the wrong Java class. */
  public static BadValueException mismatch(String expected, @Nullable Object found) {
    return new BadValueException(
        "expected "
            + expected
            + ", found "
            + (found == null ? "null" : "an object of " + found.getClass().getName()));
  }

  /**
   * Puts {@code step} (such as {@code .name} or {@code [3]}) before the path so far; returns this.
   */
  BadValueException within(String step) {
    path = step + path;
    return this;
  }

  @Override
  public String getMessage() {
    String message = String.valueOf(super.getMessage());
    return path.isEmpty() ? message : "at " + path + ": " + message;
  }
}
