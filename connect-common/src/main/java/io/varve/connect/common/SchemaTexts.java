package io.varve.connect.common;

import io.varve.SchemaStore;
import io.varve.Store;
import io.varve.base.NoSuchStreamException;
import org.jspecify.annotations.Nullable;

/**
 * Where schema texts are kept, by fingerprint: what the encoders and decoders need of a store.
 *
 * <p>Safe for use by many threads, in as far as the store behind it is.
 */
public interface SchemaTexts {
  /**
   * Keeps {@code text}; it is durable when this returns. Called again with the same text, it does
   * nothing.
   */
  void put(long fingerprint, byte[] text);

  /** The text kept under {@code fingerprint}, or null. */
  byte @Nullable [] get(long fingerprint);

  /** The texts in {@code store}, beside its streams. */
  static SchemaTexts of(Store store) {
    SchemaStore schemas = store.schemas();
    return new SchemaTexts() {
      @Override
      public void put(long fingerprint, byte[] text) {
        schemas.put(fingerprint, text);
      }

      @Override
      public byte @Nullable [] get(long fingerprint) {
        try {
          return schemas.get(fingerprint);
        } catch (NoSuchStreamException e) {
          return null;
        }
      }
    };
  }
}
