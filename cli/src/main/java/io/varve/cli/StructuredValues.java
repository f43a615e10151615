package io.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.varve.SchemaStore;
import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.event.Encoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads structured values (Avro single-object encoding) by the schemas in their store.
 *
 * <p>Thread: confined to one.
 */
final class StructuredValues {

  private static final int HEADER_BYTES = 10;
  private static final short MARKER = (short) 0x01c3;

  private final SchemaStore schemas;
  private final GenericData data;
  private final @Nullable Schema readerSchema;
  private final Map<Long, Optional<GenericDatumReader<Object>>> readers = new HashMap<>();

  private StructuredValues(Store store, GenericData data, @Nullable Schema readerSchema) {
    this.schemas = store.schemas();
    this.data = data;
    this.readerSchema = readerSchema;
  }

  /** For people: dates, times and decimal numbers as such. */
  static StructuredValues readable(Store store) {
    GenericData data = new GenericData();
    data.addLogicalTypeConversion(new Conversions.DecimalConversion());
    data.addLogicalTypeConversion(new TimeConversions.DateConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimeMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    return new StructuredValues(store, data, null);
  }

  /**
   * As Avro has them.
   *
   * @param readerSchema what all are to be read as, or null for what each was written by
   */
  static StructuredValues asStored(Store store, @Nullable Schema readerSchema) {
    return new StructuredValues(store, new GenericData(), readerSchema);
  }

  /**
   * A value that was read.
   *
   * @param schema what it was read as
   * @param datum as the Avro library gives it
   */
  record Decoded(Schema schema, @Nullable Object datum) {}

  /** The fingerprint of the schema that a value was written by, or null if it is no such value. */
  static @Nullable Long fingerprint(byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    return value.length < HEADER_BYTES || bytes.getShort(0) != MARKER ? null : bytes.getLong(2);
  }

  /** The value as JSON, or null if it is not structured, or as in {@link #read}. */
  @Nullable JsonNode json(Encoding encoding, byte[] value) {
    Decoded decoded = read(encoding, value);
    return decoded == null ? null : AvroJson.of(decoded.datum());
  }

  /**
   * The value, or null if it is not structured, or its schema isn't in the store or does not fit.
   */
  @Nullable Decoded read(Encoding encoding, byte[] value) {
    Long fingerprint = encoding == Encoding.AVRO ? fingerprint(value) : null;
    if (fingerprint == null) {
      return null;
    }
    GenericDatumReader<Object> reader =
        readers.computeIfAbsent(fingerprint, this::reader).orElse(null);
    if (reader == null) {
      return null;
    }
    try {
      Object datum =
          reader.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, null));
      return new Decoded(reader.getExpected(), datum);
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  private Optional<GenericDatumReader<Object>> reader(long fingerprint) {
    try {
      String text = new String(schemas.get(fingerprint), StandardCharsets.UTF_8);
      Schema schema = new Schema.Parser().parse(text);
      return Optional.of(
          new GenericDatumReader<>(schema, readerSchema == null ? schema : readerSchema, data));
    } catch (VarveException | AvroRuntimeException e) {
      return Optional.empty();
    }
  }
}
