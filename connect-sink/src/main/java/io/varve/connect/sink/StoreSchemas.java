package io.varve.connect.sink;

import io.varve.SchemaStore;
import io.varve.base.NoSuchStreamException;
import io.varve.connect.common.SchemaTexts;
import org.jspecify.annotations.Nullable;

/** The store's schemas, for the encoder. Thread: safe. */
record StoreSchemas(SchemaStore schemas) implements SchemaTexts {

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
}
