package io.varve.connect.source.config;

import java.util.Locale;

/** What the connector does with the streams. */
public enum Mode {
  /** Ends at what the store held when the replay began, or earlier if an end is set. */
  REPLAY,
  /** Reads what is there and then follows what is archived. */
  TAIL,
  /** Delivers delayed events when they are due. */
  SCHEDULED;

  /** Whether it goes on for ever, so that streams which come later are for it, too. */
  public boolean follows() {
    return this != REPLAY;
  }

  /** As it is written in the settings. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Mode parse(String text) {
    return valueOf(text.trim().toUpperCase(Locale.ROOT));
  }
}
