package io.varve.connect.source.config;

import java.util.Locale;

/** Whether a replay ends. */
public enum Mode {
  /** Ends at what the store held when the replay began, or earlier if an end is set. */
  REPLAY,
  /** Reads what is there and then follows what is archived. */
  TAIL;

  /** As it is written in the settings. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Mode parse(String text) {
    return valueOf(text.trim().toUpperCase(Locale.ROOT));
  }
}
