package io.varve.replay;

import java.util.Locale;

/** What is given for data whose original bytes are not in the store. */
public enum StructuredData {
  /** An error. */
  REFUSE,
  /** JSON without schema. */
  JSON,
  /** Avro single-object encoding, as it is stored. */
  AVRO;

  /** As it is written in settings. */
  String setting() {
    return name().toLowerCase(Locale.ROOT);
  }

  static StructuredData of(String setting) {
    return valueOf(setting.toUpperCase(Locale.ROOT));
  }
}
