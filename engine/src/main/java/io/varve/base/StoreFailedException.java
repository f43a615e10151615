package io.varve.base;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A read, write or sync failed. A writer that throws it has stopped for good: after a failed sync
 * the operating system may have dropped the data, so it is never retried on the same handle. Open
 * the log again to recover.
 */
public final class StoreFailedException extends VarveException {

  public StoreFailedException(String message, @Nullable Throwable cause) {
    super(cause == null ? message : message + ": " + describe(cause), cause);
  }

  /** Whether the first cause was a disk with no room left, so that trying again later can help. */
  public boolean diskFull() {
    for (Throwable t = getCause(); t != null; t = t.getCause()) {
      String text = t.getMessage();
      if (t instanceof IOException && text != null) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded")) {
          return true;
        }
      }
    }
    return false;
  }

  private static String describe(Throwable cause) {
    String text = cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text;
  }
}
