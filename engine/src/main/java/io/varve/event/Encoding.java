package io.varve.event;

/**
 * How the bytes of a key, a value or a header are to be read. The engine keeps it and never looks
 * inside. The ordinals stand on disk: add at the end only.
 */
public enum Encoding {
  /** Nothing is known of the bytes; what a null without a schema has. */
  NONE,
  /** Plain bytes, kept as they came. */
  BYTES,
  /** UTF-8 text. */
  STRING,
  /**
   * Avro single-object encoding; its schema is in the store under the fingerprint that it starts
   * with.
   */
  AVRO
}
