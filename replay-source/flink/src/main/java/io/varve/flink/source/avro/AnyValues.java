package io.varve.flink.source.avro;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** Values without a schema, as the types that a table gives them. Thread: safe. */
final class AnyValues {

  private static final int SCALE_MAX = 1000;

  private AnyValues() {}

  /**
   * A value as a type.
   *
   * @param value null, boolean, long, double, bytes, string, decimal, instant, list or map
   * @throws IOException if it can't have that type without loss
   */
  static @Nullable Object to(@Nullable Object value, LogicalType type, String at)
      throws IOException {
    if (value == null) {
      return null;
    }
    Object converted =
        switch (type.getTypeRoot()) {
          case VARCHAR, CHAR ->
              StringData.fromString(value instanceof String text ? text : json(value));
          case BOOLEAN -> value instanceof Boolean ? value : null;
          case TINYINT ->
              value instanceof Long n && n == (byte) (long) n ? (Byte) n.byteValue() : null;
          case SMALLINT ->
              value instanceof Long n && n == (short) (long) n ? (Short) n.shortValue() : null;
          case INTEGER ->
              value instanceof Long n && n == (int) (long) n ? (Integer) n.intValue() : null;
          case BIGINT -> value instanceof Long ? value : null;
          case DOUBLE -> value instanceof Number n ? (Double) n.doubleValue() : null;
          case FLOAT -> value instanceof Number n ? (Float) n.floatValue() : null;
          case DECIMAL -> decimal(value, (DecimalType) type);
          case VARBINARY, BINARY -> value instanceof byte[] ? value : null;
          case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
              value instanceof Instant time ? TimestampData.fromInstant(time) : null;
          case ARRAY -> value instanceof List<?> list ? array(list, (ArrayType) type, at) : null;
          case MAP -> value instanceof Map<?, ?> map ? map(map, (MapType) type, at) : null;
          case ROW -> value instanceof Map<?, ?> map ? row(map, (RowType) type, at) : null;
          default -> null;
        };
    if (converted == null) {
      throw new IOException(
          "the field '"
              + at
              + "' is "
              + json(value)
              + ", which can't be read as "
              + type.asSummaryString()
              + "; as STRING it can");
    }
    return converted;
  }

  private static @Nullable DecimalData decimal(Object value, DecimalType type) {
    BigDecimal number;
    if (value instanceof BigDecimal decimal) {
      number = decimal;
    } else if (value instanceof Long whole) {
      number = BigDecimal.valueOf(whole);
    } else if (value instanceof Double fraction) {
      number = BigDecimal.valueOf(fraction);
    } else {
      return null;
    }
    // Before anything is scaled: that could take as many digits as the scale says.
    if (number.scale() > SCALE_MAX
        || (long) number.precision() - number.scale() > type.getPrecision()) {
      return null;
    }
    return DecimalData.fromBigDecimal(number, type.getPrecision(), type.getScale());
  }

  private static GenericArrayData array(List<?> list, ArrayType type, String at)
      throws IOException {
    @Nullable Object[] elements = new @Nullable Object[list.size()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = to(list.get(i), type.getElementType(), at + "[" + i + "]");
    }
    return new GenericArrayData(elements);
  }

  private static GenericMapData map(Map<?, ?> map, MapType type, String at) throws IOException {
    Map<@Nullable Object, @Nullable Object> converted = new HashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      converted.put(
          to(entry.getKey(), type.getKeyType(), at),
          to(entry.getValue(), type.getValueType(), at + "." + entry.getKey()));
    }
    return new GenericMapData(converted);
  }

  private static GenericRowData row(Map<?, ?> map, RowType type, String at) throws IOException {
    if (!map.keySet().stream().allMatch(String.class::isInstance)) {
      throw new IOException(
          (at.isEmpty() ? "the value" : "the field '" + at + "'")
              + " is "
              + json(map)
              + ", a map whose keys are not all texts, which can't be read as a row; as MAP or"
              + " STRING it can");
    }
    GenericRowData row = new GenericRowData(type.getFieldCount());
    for (int i = 0; i < type.getFieldCount(); i++) {
      String name = type.getFieldNames().get(i);
      row.setField(i, to(map.get(name), type.getTypeAt(i), at.isEmpty() ? name : at + "." + name));
    }
    return row;
  }

  /** A value as JSON; bytes in Base64, times as ISO 8601 has them. */
  static String json(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    json(value, text);
    return text.toString();
  }

  private static void json(@Nullable Object value, StringBuilder text) {
    if (value instanceof Map<?, ?> map) {
      String comma = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(comma);
        quote(String.valueOf(entry.getKey()), text);
        text.append(':');
        json(entry.getValue(), text);
        comma = ",";
      }
      text.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      String comma = "[";
      for (Object element : list) {
        text.append(comma);
        json(element, text);
        comma = ",";
      }
      text.append(list.isEmpty() ? "[]" : "]");
    } else if (value instanceof byte[] bytes) {
      quote(Base64.getEncoder().encodeToString(bytes), text);
    } else if (value == null || value instanceof Boolean || value instanceof Number) {
      text.append(value);
    } else {
      quote(value.toString(), text);
    }
  }

  private static void quote(String raw, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
