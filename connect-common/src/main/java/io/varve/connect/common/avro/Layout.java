package io.varve.connect.common.avro;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.jspecify.annotations.Nullable;

/** The choices that a schema's text and its codec must make alike. */
final class Layout {
  /**
   * Deeper nesting, of schemas or of schemaless values, is refused before it can exhaust the stack.
   */
  static final int DEPTH_MAX = 256;

  /** Names below this are ours, so a Connect schema of such a name is renamed. */
  static final String RESERVED_NAMESPACE = "io.varve.connect.";

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,9}");
  private static final long DECIMAL_PRECISION_DEFAULT = 64;

  /** How a schema's values look to Java and to Avro. */
  enum Logical {
    NONE,
    DECIMAL,
    DATE,
    TIME,
    TIMESTAMP
  }

  private Layout() {}

  /** A builder is a schema too, but one that may still change and equals nothing else. */
  static Schema built(Schema schema) {
    return schema instanceof SchemaBuilder builder ? builder.build() : schema;
  }

  /**
   * Whether values are written as a union with null. Optional ones are; so are those with a
   * default, which a struct may leave out; and structs without fields, which would take no bytes
   * otherwise.
   */
  static boolean nullable(Schema schema) {
    return schema.isOptional() || schema.defaultValue() != null || emptyStruct(schema);
  }

  /** Whether null is a legal value. */
  static boolean allowsNull(Schema schema) {
    return schema.isOptional() || schema.defaultValue() != null;
  }

  static boolean emptyStruct(Schema schema) {
    return schema.type() == Schema.Type.STRUCT && schema.fields().isEmpty();
  }

  /** The same schema, but for what the other arguments say. */
  @SuppressWarnings("NullAway") // Connect takes null for what isn't there
  static Schema with(Schema schema, boolean optional, @Nullable Object defaultValue) {
    boolean map = schema.type() == Schema.Type.MAP;
    boolean array = schema.type() == Schema.Type.ARRAY;
    return new ConnectSchema(
        schema.type(),
        optional,
        defaultValue,
        schema.name(),
        schema.version(),
        schema.doc(),
        schema.parameters(),
        schema.type() == Schema.Type.STRUCT ? schema.fields() : List.of(),
        map ? schema.keySchema() : null,
        map || array ? schema.valueSchema() : null);
  }

  /** Whether a map is Avro's map; otherwise it is an array of entries. */
  static boolean plainMap(Schema schema) {
    return Schema.STRING_SCHEMA.equals(built(schema.keySchema()));
  }

  /** Which logical type the schema's name makes it; fails when that name stands on another type. */
  static Logical logical(Schema schema) {
    String name = schema.name();
    if (name == null) {
      return Logical.NONE;
    }
    return switch (name) {
      case Decimal.LOGICAL_NAME -> logical(schema, Schema.Type.BYTES, Logical.DECIMAL);
      case Date.LOGICAL_NAME -> logical(schema, Schema.Type.INT32, Logical.DATE);
      case Time.LOGICAL_NAME -> logical(schema, Schema.Type.INT32, Logical.TIME);
      case Timestamp.LOGICAL_NAME -> logical(schema, Schema.Type.INT64, Logical.TIMESTAMP);
      default -> Logical.NONE;
    };
  }

  private static Logical logical(Schema schema, Schema.Type type, Logical logical) {
    if (schema.type() != type) {
      throw new BadValueException(
          "expected a schema of type "
              + type
              + " for "
              + schema.name()
              + ", found "
              + schema.type());
    }
    return logical;
  }

  static int decimalScale(Schema schema) {
    String scale = parameter(schema, Decimal.SCALE_FIELD);
    if (scale == null || !INTEGER.matcher(scale).matches()) {
      throw new BadValueException(
          "expected the parameter scale of a Decimal schema to be an integer, found " + scale);
    }
    return Integer.parseInt(scale);
  }

  /**
   * The precision that the text declares. Connect knows none, so it is the one that the parameter
   * {@code connect.decimal.precision} gives (as some converters do) and else a generous one:
   * nothing is cut to it.
   */
  static long decimalPrecision(Schema schema, int scale) {
    String precision = parameter(schema, "connect.decimal.precision");
    if (precision != null && INTEGER.matcher(precision).matches()) {
      long declared = Long.parseLong(precision);
      if (declared >= 1 && declared >= scale) {
        return declared;
      }
    }
    return Math.max(DECIMAL_PRECISION_DEFAULT, scale);
  }

  private static @Nullable String parameter(Schema schema, String name) {
    return schema.parameters() == null ? null : schema.parameters().get(name);
  }

  static void checkDepth(int depth) {
    if (depth > DEPTH_MAX) {
      throw new BadValueException(
          "expected at most " + DEPTH_MAX + " levels of nesting, found more");
    }
  }
}
