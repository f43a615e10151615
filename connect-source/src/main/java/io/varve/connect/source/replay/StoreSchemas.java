package io.varve.connect.source.replay;

import io.varve.SchemaStore;
import io.varve.base.NoSuchStreamException;
import io.varve.connect.common.SchemaTexts;
import org.jspecify.annotations.Nullable;

/** The schemas of a store, to be read only. */
final class StoreSchemas implements SchemaTexts {

  private final SchemaStore schemas;

  StoreSchemas(SchemaStore schemas) {
    this.schemas = schemas;
  }

  @Override
  public void put(long fingerprint, byte[] text) {
    throw new UnsupportedOperationException("A replay writes no schemas");
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
