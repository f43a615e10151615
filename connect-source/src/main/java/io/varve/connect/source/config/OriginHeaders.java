package io.varve.connect.source.config;

import java.util.Locale;

/** In what form a delivered event has the headers that tell where it comes from. */
public enum OriginHeaders {
  /** As bytes: text in UTF-8, numbers as decimal digits. */
  BYTES,
  /** As strings and 64-bit integers, for a header converter that takes them. */
  TYPED,
  /** Not at all. */
  NONE;

  static OriginHeaders parse(String text) {
    return valueOf(text.trim().toUpperCase(Locale.ROOT));
  }
}
