package io.varve.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.common.ValueDecoder;
import io.varve.event.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Structured data as JSON without schema: a struct is an object, a map with text for keys too, and
 * any other map an array of pairs. Bytes are base64, decimals numbers, and dates, times and
 * timestamps the numbers that Connect has for them: days, milliseconds of the day, milliseconds.
 *
 * <p>Thread: confined to the consumer's.
 */
final class StructuredJson {

  private static final long DAY_MS = 86_400_000;

  private final ValueDecoder decoder;
  private final JsonFactory factory;

  StructuredJson(SchemaTexts texts, JsonFactory factory) {
    this.decoder = new ValueDecoder(texts);
    this.factory = factory;
  }

  /**
   * The JSON of stored data, or null if it is null: a tombstone stays one.
   *
   * @throws StructuredDataException if it can't be read
   */
  byte @Nullable [] of(Encoding encoding, byte @Nullable [] stored) {
    try {
      SchemaAndValue data = decoder.decode(encoding, stored);
      Object value = data.value();
      if (value == null) {
        return null;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JsonGenerator json = factory.createGenerator(bytes)) {
        write(json, data.schema(), value);
      }
      return bytes.toByteArray();
    } catch (DataException | IOException e) {
      throw new StructuredDataException("Structured data can't be read: " + e.getMessage(), e);
    }
  }

  private static void write(JsonGenerator json, @Nullable Schema schema, @Nullable Object value)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Struct struct) {
      json.writeStartObject();
      for (Field field : struct.schema().fields()) {
        json.writeFieldName(field.name());
        write(json, field.schema(), struct.get(field));
      }
      json.writeEndObject();
    } else if (value instanceof Map<?, ?> map) {
      writeMap(json, schema, map);
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        write(json, schema == null ? null : schema.valueSchema(), element);
      }
      json.writeEndArray();
    } else {
      writePlain(json, schema, value);
    }
  }

  private static void writeMap(JsonGenerator json, @Nullable Schema schema, Map<?, ?> map)
      throws IOException {
    Schema keys = schema == null ? null : schema.keySchema();
    Schema values = schema == null ? null : schema.valueSchema();
    boolean object = map.keySet().stream().allMatch(String.class::isInstance);
    if (object) {
      json.writeStartObject();
    } else {
      json.writeStartArray();
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (object) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, values, entry.getValue());
      } else {
        json.writeStartArray();
        write(json, keys, entry.getKey());
        write(json, values, entry.getValue());
        json.writeEndArray();
      }
    }
    if (object) {
      json.writeEndObject();
    } else {
      json.writeEndArray();
    }
  }

  @SuppressWarnings("JavaUtilDate") // as Connect has it
  private static void writePlain(JsonGenerator json, @Nullable Schema schema, Object value)
      throws IOException {
    if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Float number) {
      json.writeNumber(number);
    } else if (value instanceof BigDecimal decimal) {
      json.writeNumber(decimal);
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else if (value instanceof byte[] bytes) {
      json.writeBinary(bytes);
    } else if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      json.writeBinary(bytes);
    } else if (value instanceof java.util.Date date) {
      String name = schema == null ? null : schema.name();
      boolean days = org.apache.kafka.connect.data.Date.LOGICAL_NAME.equals(name);
      boolean ofDay = Time.LOGICAL_NAME.equals(name);
      long ms = date.getTime();
      json.writeNumber(days ? Math.floorDiv(ms, DAY_MS) : ofDay ? Math.floorMod(ms, DAY_MS) : ms);
    } else {
      throw new DataException("no JSON for a " + value.getClass().getName());
    }
  }
}
