package io.varve.flink.source.avro;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Reads values that had no schema in Kafka Connect: such as come of {@code JsonConverter} with
 * {@code schemas.enable=false}. What they are is known only as they are read.
 *
 * <p>Thread: safe.
 *
 * @param at the value's place, for errors
 * @param oneColumn whether the type is a row whose one column is all of the value, unless that is
 *     an object with that column
 */
record AnyReader(String at, LogicalType type, boolean oneColumn) implements ValueReader {

  private static final String NAME = "io.varve.connect.Any";
  private static final int NESTING_MAX = 256;

  static boolean isAny(Schema schema) {
    return schema.getType() == Schema.Type.RECORD && schema.getFullName().equals(NAME);
  }

  @Override
  public @Nullable Object read(AvroBytes in) throws IOException {
    Object value = any(in, 0);
    if (!at.isEmpty() || !(type instanceof RowType row)) {
      return AnyValues.to(value, type, at);
    }
    boolean named =
        value instanceof Map<?, ?> map && row.getFieldNames().stream().anyMatch(map::containsKey);
    if (oneColumn && row.getFieldCount() == 1 && !named) {
      return GenericRowData.of(AnyValues.to(value, row.getTypeAt(0), row.getFieldNames().get(0)));
    }
    if (value == null) {
      return new GenericRowData(row.getFieldCount());
    }
    if (!(value instanceof Map)) {
      throw new IOException(
          "the value is "
              + AnyValues.json(value)
              + ", which is no object with the columns "
              + row.getFieldNames());
    }
    return AnyValues.to(value, row, "");
  }

  private static @Nullable Object any(AvroBytes in, int depth) throws IOException {
    if (depth > NESTING_MAX) {
      throw new IOException("values are nested more than " + NESTING_MAX + " deep");
    }
    int branch = in.readInt();
    return switch (branch) {
      case 0 -> null;
      case 1 -> in.readBoolean();
      case 2, 8, 9 -> (long) in.readInt();
      case 3 -> in.readLong();
      case 4 -> (double) in.readFloat();
      case 5 -> in.readDouble();
      case 6 -> in.readBytes();
      case 7 -> new String(in.readBytes(), StandardCharsets.UTF_8);
      case 10 -> new BigDecimal(in.readUnscaled(in.readLength()), in.readInt());
      case 11 -> Instant.ofEpochMilli(in.readLong());
      case 12 -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int block = in.readBlock(1); block > 0; block = in.readBlock(1)) {
          for (int i = 0; i < block; i++) {
            list.add(any(in, depth + 1));
          }
        }
        yield list;
      }
      case 13 -> {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int block = in.readBlock(2); block > 0; block = in.readBlock(2)) {
          for (int i = 0; i < block; i++) {
            String key = new String(in.readBytes(), StandardCharsets.UTF_8);
            map.put(key, any(in, depth + 1));
          }
        }
        yield map;
      }
      case 14 -> {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int block = in.readBlock(2); block > 0; block = in.readBlock(2)) {
          for (int i = 0; i < block; i++) {
            Object key = any(in, depth + 1);
            map.put(key, any(in, depth + 1));
          }
        }
        yield map;
      }
      default -> throw new IOException("a value of kind " + branch + "; known are 0 to 14");
    };
  }
}
