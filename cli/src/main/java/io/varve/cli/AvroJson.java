package io.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** What the Avro library read, as JSON for people: bytes that are no text are in base64. */
final class AvroJson {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private AvroJson() {}

  static JsonNode of(@Nullable Object datum) {
    if (datum == null) {
      return JSON.nullNode();
    }
    if (datum instanceof IndexedRecord fields) {
      ObjectNode object = JSON.objectNode();
      for (Schema.Field field : fields.getSchema().getFields()) {
        object.set(field.name(), of(fields.get(field.pos())));
      }
      return object;
    }
    if (datum instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      map.forEach((key, value) -> object.set(String.valueOf(key), of(value)));
      return object;
    }
    if (datum instanceof Collection<?> items) {
      ArrayNode array = JSON.arrayNode();
      items.forEach(item -> array.add(of(item)));
      return array;
    }
    if (datum instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return ofBytes(bytes);
    }
    return datum instanceof GenericFixed fixed ? ofBytes(fixed.bytes()) : ofScalar(datum);
  }

  private static JsonNode ofBytes(byte[] bytes) {
    String text = ByteText.utf8(bytes);
    return JSON.textNode(text == null ? Base64.getEncoder().encodeToString(bytes) : text);
  }

  private static JsonNode ofScalar(Object datum) {
    if (datum instanceof Boolean truth) {
      return JSON.booleanNode(truth);
    }
    if (datum instanceof Integer || datum instanceof Long) {
      return JSON.numberNode(((Number) datum).longValue());
    }
    if (datum instanceof BigDecimal decimal) {
      return JSON.numberNode(decimal);
    }
    if (datum instanceof Float || datum instanceof Double) {
      return JSON.numberNode(((Number) datum).doubleValue());
    }
    return JSON.textNode(datum.toString());
  }
}
