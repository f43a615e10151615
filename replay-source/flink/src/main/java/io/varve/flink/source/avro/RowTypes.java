package io.varve.flink.source.avro;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

/** Which of Flink's types a schema's values have. */
public final class RowTypes {

  private static final int DECIMAL_DIGITS_MAX = 38;
  private static final int NESTING_MAX = 64;

  private RowTypes() {}

  /**
   * The type for a schema; everything in it may be null, so that events of another version of the
   * schema, without a field, have a place too.
   *
   * @throws IllegalArgumentException if it has none: a union of several types, a schema that holds
   *     itself
   */
  public static DataType of(Schema schema) {
    return of(schema, 0);
  }

  private static DataType of(Schema schema, int depth) {
    if (depth > NESTING_MAX) {
      throw new IllegalArgumentException(
          "a schema that holds itself, or nests more than "
              + NESTING_MAX
              + " deep, has no SQL type");
    }
    switch (schema.getType()) {
      case RECORD -> {
        List<DataTypes.Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
          fields.add(DataTypes.FIELD(nameOf(field), of(field.schema(), depth + 1)));
        }
        return DataTypes.ROW(fields);
      }
      case ARRAY -> {
        if (isMapOfEntries(schema)) {
          Schema entry = schema.getElementType();
          return DataTypes.MAP(
              of(entry.getField("key").schema(), depth + 1),
              of(entry.getField("value").schema(), depth + 1));
        }
        return DataTypes.ARRAY(of(schema.getElementType(), depth + 1));
      }
      case MAP -> {
        return DataTypes.MAP(DataTypes.STRING(), of(schema.getValueType(), depth + 1));
      }
      case UNION -> {
        Schema only = onlyBranch(schema);
        if (only == null) {
          throw new IllegalArgumentException("a union of several types has no SQL type: " + schema);
        }
        return of(only, depth + 1);
      }
      default -> {
        return ofBasic(schema);
      }
    }
  }

  private static DataType ofBasic(Schema schema) {
    String logical = schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
    String connect = String.valueOf(schema.getProp("connect.type"));
    return switch (schema.getType()) {
      case STRING, ENUM -> DataTypes.STRING();
      case BYTES, FIXED -> {
        if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
          yield DataTypes.DECIMAL(
              Math.min(decimal.getPrecision(), DECIMAL_DIGITS_MAX),
              Math.min(decimal.getScale(), DECIMAL_DIGITS_MAX));
        }
        yield DataTypes.BYTES();
      }
      case INT ->
          switch (logical) {
            case "date" -> DataTypes.DATE();
            case "time-millis" -> DataTypes.TIME(3);
            default ->
                switch (connect) {
                  case "int8" -> DataTypes.TINYINT();
                  case "int16" -> DataTypes.SMALLINT();
                  default -> DataTypes.INT();
                };
          };
      case LONG ->
          switch (logical) {
            case "timestamp-millis" -> DataTypes.TIMESTAMP_LTZ(3);
            case "timestamp-micros" -> DataTypes.TIMESTAMP_LTZ(6);
            default -> DataTypes.BIGINT();
          };
      case FLOAT -> DataTypes.FLOAT();
      case DOUBLE -> DataTypes.DOUBLE();
      case BOOLEAN -> DataTypes.BOOLEAN();
      default -> throw new IllegalArgumentException("no SQL type for " + schema);
    };
  }

  /** A field's name as it was before Avro's rules for names. */
  static String nameOf(Schema.Field field) {
    Object name = field.getObjectProp("connect.field");
    if (name == null) {
      name = field.schema().getObjectProp("connect.field");
    }
    return name == null ? field.name() : name.toString();
  }

  /** Whether an array stands for a map whose keys are no plain strings. */
  static boolean isMapOfEntries(Schema array) {
    return "map".equals(array.getProp("connect.type"))
        && array.getElementType().getType() == Schema.Type.RECORD;
  }

  /** What a union is besides null, if that is one thing. */
  static @Nullable Schema onlyBranch(Schema union) {
    Schema only = null;
    for (Schema branch : union.getTypes()) {
      if (branch.getType() != Schema.Type.NULL) {
        if (only != null) {
          return null;
        }
        only = branch;
      }
    }
    return only;
  }
}
