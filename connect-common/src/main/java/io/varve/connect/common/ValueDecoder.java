package io.varve.connect.common;

import io.varve.connect.common.avro.BadValueException;
import io.varve.connect.common.avro.CompiledSchema;
import io.varve.connect.common.avro.Fingerprint;
import io.varve.connect.common.avro.SingleObject;
import io.varve.connect.common.avro.Utf8;
import io.varve.event.Encoding;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Turns what is stored back into Connect data.
 *
 * <p>Thread: confined; one for each task.
 */
public final class ValueDecoder {
  private static final int SCHEMAS_MAX = 1000;

  private static final SchemaAndValue NULL_BYTES =
      new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, null);
  private static final SchemaAndValue NULL_STRING =
      new SchemaAndValue(Schema.OPTIONAL_STRING_SCHEMA, null);

  private final SchemaTexts texts;
  private final RecentMap<Long, CompiledSchema> schemas = new RecentMap<>(SCHEMAS_MAX);

  /** A decoder that looks schemas up in {@code texts}. */
  public ValueDecoder(SchemaTexts texts) {
    this.texts = texts;
  }

  /**
   * The schema and value that were encoded. Byte arrays pass through without being copied.
   *
   * @throws UnreadableValueException if the bytes are not what an encoder gave, or their schema is
   *     not in the store
   */
  public SchemaAndValue decode(Encoding encoding, byte @Nullable [] bytes) {
    try {
      return switch (encoding) {
        case BYTES ->
            bytes == null ? NULL_BYTES : new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, bytes);
        case STRING ->
            bytes == null
                ? NULL_STRING
                : new SchemaAndValue(
                    Schema.OPTIONAL_STRING_SCHEMA, Utf8.decode(bytes, 0, bytes.length));
        case NONE -> bytes == null ? SchemaAndValue.NULL : new SchemaAndValue(null, bytes);
        case AVRO -> structured(bytes);
      };
    } catch (DataException e) {
      throw new UnreadableValueException(String.valueOf(e.getMessage()), e);
    }
  }

  private SchemaAndValue structured(byte @Nullable [] bytes) {
    if (bytes == null) {
      throw new BadValueException("expected Avro single-object encoding, found null");
    }
    CompiledSchema schema = schema(SingleObject.fingerprint(bytes));
    return new SchemaAndValue(schema.schema(), SingleObject.decode(schema, bytes));
  }

  private CompiledSchema schema(long fingerprint) {
    CompiledSchema known = schemas.get(fingerprint);
    if (known != null) {
      return known;
    }
    byte[] text = texts.get(fingerprint);
    if (text == null) {
      throw new BadValueException(
          "schema fingerprint "
              + Fingerprint.show(fingerprint)
              + " is not in the store's schemas; expected its file beside the streams, as the sink"
              + " wrote it: restore it if it was left behind by a copy of the store");
    }
    long found = Fingerprint.of(text);
    if (found != fingerprint) {
      throw new BadValueException(
          "expected the store's schema "
              + Fingerprint.show(fingerprint)
              + " to have that fingerprint, found "
              + Fingerprint.show(found)
              + ": its file is damaged, restore it from a copy");
    }
    CompiledSchema schema = parse(fingerprint, text);
    schemas.put(fingerprint, schema);
    return schema;
  }

  private static CompiledSchema parse(long fingerprint, byte[] text) {
    try {
      return CompiledSchema.parse(text);
    } catch (DataException e) {
      throw new BadValueException(
          "expected the store's schema "
              + Fingerprint.show(fingerprint)
              + " to be one that a connector wrote: "
              + e.getMessage(),
          e);
    }
  }
}
