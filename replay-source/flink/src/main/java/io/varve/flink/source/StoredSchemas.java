package io.varve.flink.source;

/** The schemas of a store's Avro. Thread: safe. */
@FunctionalInterface
public interface StoredSchemas {

  /**
   * The text of a schema, in JSON.
   *
   * @param fingerprint what a value in single-object encoding begins with, behind its two marker
   *     bytes; little-endian
   * @throws RuntimeException if the store doesn't have it
   */
  byte[] get(long fingerprint);
}
