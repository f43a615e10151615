package io.varve.connect.source.config;

import io.varve.query.BadFilterException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** Accepts a text that {@code reader} reads. Null is accepted: the setting is not set. */
final class ReadableText implements ConfigDef.Validator {

  /** Reads a text, or throws IllegalArgumentException. */
  @FunctionalInterface
  interface Reader {
    Object read(String text);
  }

  private final Reader reader;
  private final String allowed;

  ReadableText(Reader reader, String allowed) {
    this.reader = reader;
    this.allowed = allowed;
  }

  @Override
  public void ensureValid(String name, Object value) {
    if (value == null) {
      return;
    }
    try {
      reader.read(value.toString());
    } catch (BadFilterException e) {
      // It shows where and what is expected there.
      throw new ConfigException(name, value, e.getMessage());
    } catch (NumberFormatException e) {
      throw new ConfigException(name, value, "expected " + allowed);
    } catch (IllegalArgumentException e) {
      String why = e.getMessage();
      boolean plain = why == null || why.equals(value.toString().trim());
      throw new ConfigException(name, value, (plain ? "" : why + "; ") + "expected " + allowed);
    }
  }

  /** What is allowed, for the settings page. */
  @Override
  public String toString() {
    return allowed;
  }
}
