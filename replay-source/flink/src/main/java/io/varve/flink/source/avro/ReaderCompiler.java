package io.varve.flink.source.avro;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Makes readers for values of a schema, into a type of a table: fields go by their names, those of
 * the topic or those that Avro allows; what the table doesn't have is passed over, what the schema
 * doesn't have is null.
 *
 * <p>Thread: safe.
 */
final class ReaderCompiler {

  /** A value's place in its schema, for errors. */
  private final String at;

  private ReaderCompiler(String at) {
    this.at = at;
  }

  /**
   * A reader of records, or of a union of one with null; null makes a row of nulls.
   *
   * @throws IOException if a field can't have the type that the table gives it
   */
  static ValueReader record(Schema schema, RowType type) throws IOException {
    ValueReader reader = new ReaderCompiler("").of(schema, type);
    return in -> {
      Object row = reader.read(in);
      return row == null ? new GenericRowData(type.getFieldCount()) : row;
    };
  }

  /**
   * A reader of values that are no records, or of which only the value tells what it is.
   *
   * @param oneColumn whether the table's one column is all of the value
   */
  static ValueReader whole(Schema schema, RowType type, boolean oneColumn) throws IOException {
    if (AnyReader.isAny(schema)) {
      return new AnyReader("", type, oneColumn);
    }
    if (type.getFieldCount() == 0) {
      ValueReader skipped = skip(schema, new HashMap<>());
      return in -> {
        skipped.read(in);
        return new GenericRowData(0);
      };
    }
    ValueReader reader =
        new ReaderCompiler(type.getFieldNames().get(0)).of(schema, type.getTypeAt(0));
    return in -> GenericRowData.of(reader.read(in));
  }

  private IOException mismatch(Schema schema, LogicalType type) {
    return new IOException(
        "the field "
            + (at.isEmpty() ? "of the value" : "'" + at + "'")
            + " was written as "
            + schema
            + ", which can't be read as "
            + type.asSummaryString()
            + "; declare the column as "
            + suggested(schema));
  }

  private static String suggested(Schema schema) {
    try {
      return RowTypes.of(schema).getLogicalType().asSummaryString();
    } catch (IllegalArgumentException e) {
      return "nothing: " + e.getMessage();
    }
  }

  private ReaderCompiler in(String field) {
    return new ReaderCompiler(at.isEmpty() ? field : at + "." + field);
  }

  private RecordReader recordOf(Schema schema, RowType type) throws IOException {
    List<Schema.Field> written = schema.getFields();
    ValueReader[] readers = new ValueReader[written.size()];
    int[] places = new int[written.size()];
    for (int i = 0; i < written.size(); i++) {
      Schema.Field field = written.get(i);
      String name = RowTypes.nameOf(field);
      places[i] = type.getFieldIndex(name);
      if (places[i] < 0) {
        places[i] = type.getFieldIndex(field.name());
      }
      readers[i] =
          places[i] < 0
              ? skip(field.schema(), new HashMap<>())
              : in(name).of(field.schema(), type.getTypeAt(places[i]));
    }
    return new RecordReader(readers, places, type.getFieldCount());
  }

  /** Reads the fields of a record into their places in a row; -1: nowhere. */
  record RecordReader(ValueReader[] readers, int[] places, int arity) implements ValueReader {

    @Override
    public GenericRowData read(AvroBytes in) throws IOException {
      GenericRowData row = new GenericRowData(arity);
      for (int i = 0; i < readers.length; i++) {
        Object value = readers[i].read(in);
        if (places[i] >= 0) {
          row.setField(places[i], value);
        }
      }
      return row;
    }
  }

  private ValueReader of(Schema schema, LogicalType type) throws IOException {
    switch (schema.getType()) {
      case UNION -> {
        return union(schema, type);
      }
      case RECORD -> {
        if (AnyReader.isAny(schema)) {
          return new AnyReader(at, type, false);
        }
        if (type instanceof RowType row) {
          return recordOf(schema, row);
        }
      }
      case ARRAY -> {
        if (RowTypes.isMapOfEntries(schema)) {
          if (type instanceof MapType map) {
            return entries(schema.getElementType(), map);
          }
        } else if (type instanceof ArrayType array) {
          ValueReader element = of(schema.getElementType(), array.getElementType());
          return in -> readArray(in, element);
        }
      }
      case MAP -> {
        if (type instanceof MapType map && map.getKeyType().is(LogicalTypeRoot.VARCHAR)) {
          ValueReader value = of(schema.getValueType(), map.getValueType());
          return in -> readMap(in, key -> StringData.fromBytes(key.readBytes()), value);
        }
      }
      default -> {
        ValueReader basic = basic(schema, type);
        if (basic != null) {
          return basic;
        }
      }
    }
    throw mismatch(schema, type);
  }

  private ValueReader union(Schema schema, LogicalType type) throws IOException {
    List<Schema> branches = schema.getTypes();
    ValueReader[] readers = new ValueReader[branches.size()];
    for (int i = 0; i < readers.length; i++) {
      readers[i] =
          branches.get(i).getType() == Schema.Type.NULL ? in -> null : of(branches.get(i), type);
    }
    return in -> readers[branch(in, readers.length)].read(in);
  }

  private static int branch(AvroBytes in, int branches) throws IOException {
    int branch = in.readInt();
    if (branch < 0 || branch >= branches) {
      throw new IOException("branch " + branch + " of a union that has " + branches);
    }
    return branch;
  }

  private ValueReader entries(Schema entry, MapType map) throws IOException {
    ValueReader key = in("key").of(entry.getField("key").schema(), map.getKeyType());
    ValueReader value = in("value").of(entry.getField("value").schema(), map.getValueType());
    return in -> readMap(in, key, value);
  }

  private static GenericArrayData readArray(AvroBytes in, ValueReader element) throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (int block = in.readBlock(0); block > 0; block = in.readBlock(0)) {
      for (int i = 0; i < block; i++) {
        elements.add(element.read(in));
      }
    }
    return new GenericArrayData(elements.toArray());
  }

  private static GenericMapData readMap(AvroBytes in, ValueReader key, ValueReader value)
      throws IOException {
    Map<@Nullable Object, @Nullable Object> map = new HashMap<>();
    for (int block = in.readBlock(0); block > 0; block = in.readBlock(0)) {
      for (int i = 0; i < block; i++) {
        Object name = key.read(in);
        map.put(name, value.read(in));
      }
    }
    return new GenericMapData(map);
  }

  private @Nullable ValueReader basic(Schema schema, LogicalType type) {
    LogicalTypeRoot root = type.getTypeRoot();
    return switch (schema.getType()) {
      case BOOLEAN -> root == LogicalTypeRoot.BOOLEAN ? AvroBytes::readBoolean : null;
      case INT ->
          switch (root) {
            case TINYINT ->
                in -> (byte) fitting(in.readInt(), Byte.MIN_VALUE, Byte.MAX_VALUE, type);
            case SMALLINT ->
                in -> (short) fitting(in.readInt(), Short.MIN_VALUE, Short.MAX_VALUE, type);
            case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE -> AvroBytes::readInt;
            case BIGINT -> in -> (long) in.readInt();
            default -> null;
          };
      case LONG ->
          switch (root) {
            case BIGINT -> AvroBytes::readLong;
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIMESTAMP_WITHOUT_TIME_ZONE ->
                switch (schema.getLogicalType() == null ? "" : schema.getLogicalType().getName()) {
                  case "timestamp-micros", "local-timestamp-micros" -> in -> micros(in.readLong());
                  case "timestamp-nanos", "local-timestamp-nanos" -> in -> nanos(in.readLong());
                  default -> in -> TimestampData.fromEpochMillis(in.readLong());
                };
            default -> null;
          };
      case FLOAT ->
          switch (root) {
            case FLOAT -> AvroBytes::readFloat;
            case DOUBLE -> in -> (double) in.readFloat();
            default -> null;
          };
      case DOUBLE -> root == LogicalTypeRoot.DOUBLE ? AvroBytes::readDouble : null;
      case STRING ->
          root == LogicalTypeRoot.VARCHAR || root == LogicalTypeRoot.CHAR
              ? in -> StringData.fromBytes(in.readBytes())
              : null;
      case ENUM ->
          root == LogicalTypeRoot.VARCHAR || root == LogicalTypeRoot.CHAR
              ? in -> symbol(schema, in)
              : null;
      case FIXED -> bytes(schema, type, in -> schema.getFixedSize());
      case BYTES -> bytes(schema, type, AvroBytes::readLength);
      default -> null;
    };
  }

  private static TimestampData micros(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, 1000L), (int) Math.floorMod(micros, 1000L) * 1000);
  }

  private static TimestampData nanos(long nanos) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(nanos, 1_000_000L), (int) Math.floorMod(nanos, 1_000_000L));
  }

  private int fitting(int number, int least, int most, LogicalType type) throws IOException {
    if (number < least || number > most) {
      throw new IOException(
          "the number "
              + number
              + " in '"
              + at
              + "' doesn't fit "
              + type.asSummaryString()
              + "; declare the column as INT");
    }
    return number;
  }

  private static StringData symbol(Schema schema, AvroBytes in) throws IOException {
    return StringData.fromString(
        schema.getEnumSymbols().get(branch(in, schema.getEnumSymbols().size())));
  }

  private interface Length {
    int of(AvroBytes in) throws IOException;
  }

  private @Nullable ValueReader bytes(Schema schema, LogicalType type, Length length) {
    if (schema.getLogicalType() instanceof LogicalTypes.Decimal written
        && type instanceof DecimalType decimal) {
      String column = at;
      return in -> {
        BigDecimal value = new BigDecimal(in.readUnscaled(length.of(in)), written.getScale());
        DecimalData data =
            DecimalData.fromBigDecimal(value, decimal.getPrecision(), decimal.getScale());
        if (data == null) {
          throw new IOException(
              "the decimal " + value + " in '" + column + "' doesn't fit " + decimal);
        }
        return data;
      };
    }
    return switch (type.getTypeRoot()) {
      case VARBINARY, BINARY -> in -> in.readBytes(length.of(in));
      default -> null;
    };
  }

  /**
   * Reads past a value.
   *
   * @param records readers of records by their names, for schemas that hold themselves
   */
  private static ValueReader skip(Schema schema, Map<String, ValueReader> records)
      throws IOException {
    return switch (schema.getType()) {
      case NULL -> in -> null;
      case BOOLEAN -> AvroBytes::readBoolean;
      case INT, LONG, ENUM -> AvroBytes::readLong;
      case FLOAT -> nothing(in -> in.skipBytes(4));
      case DOUBLE -> nothing(in -> in.skipBytes(8));
      case STRING, BYTES -> nothing(in -> in.skipBytes(in.readLength()));
      case FIXED -> nothing(in -> in.skipBytes(schema.getFixedSize()));
      case ARRAY -> {
        ValueReader element = skip(schema.getElementType(), records);
        yield nothing(in -> skipBlocks(in, element, false));
      }
      case MAP -> {
        ValueReader value = skip(schema.getValueType(), records);
        yield nothing(in -> skipBlocks(in, value, true));
      }
      case UNION -> {
        List<Schema> branches = schema.getTypes();
        ValueReader[] readers = new ValueReader[branches.size()];
        for (int i = 0; i < readers.length; i++) {
          readers[i] = skip(branches.get(i), records);
        }
        yield in -> readers[branch(in, readers.length)].read(in);
      }
      case RECORD -> skipRecord(schema, records);
    };
  }

  private static ValueReader skipRecord(Schema schema, Map<String, ValueReader> records)
      throws IOException {
    String name = schema.getFullName();
    if (records.containsKey(name)) {
      return in -> {
        ValueReader known = records.get(name);
        return known == null ? null : known.read(in);
      };
    }
    List<ValueReader> fields = new ArrayList<>();
    ValueReader all =
        in -> {
          for (ValueReader field : fields) {
            field.read(in);
          }
          return null;
        };
    records.put(name, all);
    for (Schema.Field field : schema.getFields()) {
      fields.add(skip(field.schema(), records));
    }
    return all;
  }

  private interface Skipping {
    void skip(AvroBytes in) throws IOException;
  }

  private static ValueReader nothing(Skipping skipping) {
    return in -> {
      skipping.skip(in);
      return null;
    };
  }

  private static void skipBlocks(AvroBytes in, ValueReader element, boolean keys)
      throws IOException {
    for (int block = in.readBlock(0); block > 0; block = in.readBlock(0)) {
      for (int i = 0; i < block; i++) {
        if (keys) {
          in.skipBytes(in.readLength());
        }
        element.read(in);
      }
    }
  }
}
