package io.varve.connect.common;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Store;
import io.varve.StoreSettings;
import java.nio.file.Path;
import org.apache.kafka.connect.data.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreSchemaTextsTest {
  @TempDir Path folder;

  @Test
  void schemasAreReadByAnotherOpeningOfTheStore() {
    EncodedValue encoded;
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      SchemaTexts texts = SchemaTexts.of(store);
      encoded = new ValueEncoder(texts).encode(Schema.FLOAT64_SCHEMA, 0.5);
      assertThat(texts.get(1)).as("a fingerprint that no schema has").isNull();
    }
    try (Store store = Store.openReadOnly(folder)) {
      ValueDecoder decoder = new ValueDecoder(SchemaTexts.of(store));
      assertThat(decoder.decode(encoded.encoding(), encoded.bytes()).value()).isEqualTo(0.5);
    }
  }
}
