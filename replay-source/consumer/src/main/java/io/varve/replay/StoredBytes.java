package io.varve.replay;

import com.fasterxml.jackson.core.JsonFactory;
import io.varve.Store;
import io.varve.connect.common.SchemaTexts;
import io.varve.event.Encoding;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that keys, values and headers had in the topic. What a converter made structured data
 * of has lost them; then it is as set.
 *
 * <p>Thread: confined to one.
 */
public final class StoredBytes {

  private final StructuredData structured;
  private final Store store;
  private @Nullable StructuredJson json;

  public StoredBytes(StructuredData structured, Store store) {
    this.structured = structured;
    this.store = store;
  }

  /**
   * The bytes of a key, a value or a header.
   *
   * @throws org.apache.kafka.common.KafkaException if they can't be given; says why
   */
  public byte @Nullable [] of(Encoding encoding, byte @Nullable [] stored) {
    if (encoding != Encoding.AVRO || structured == StructuredData.AVRO) {
      return stored;
    }
    if (structured == StructuredData.REFUSE) {
      throw new StructuredDataException(
          "The sink archived it as structured data, so the bytes that it had in the topic are not"
              + " in the store; set "
              + ReplaySettings.STRUCTURED_DATA
              + " to json or avro to get it in another form, or archive with ByteArrayConverter",
          null);
    }
    StructuredJson writer = json;
    if (writer == null) {
      writer = new StructuredJson(SchemaTexts.of(store), new JsonFactory());
      json = writer;
    }
    return writer.of(encoding, stored);
  }
}
