package io.varve.connect.common;

import java.util.LinkedHashMap;
import java.util.Map;

/** Schema texts kept in memory; counts what is put. */
final class MemorySchemaTexts implements SchemaTexts {
  final Map<Long, byte[]> texts = new LinkedHashMap<>();
  int puts;

  @Override
  public void put(long fingerprint, byte[] text) {
    puts++;
    texts.put(fingerprint, text.clone());
  }

  @Override
  public byte[] get(long fingerprint) {
    byte[] text = texts.get(fingerprint);
    return text == null ? null : text.clone();
  }
}
