package io.varve.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** What schemas say beyond Avro's own types. */
final class AvroShape {

  /** What a connector writes for a value that had no schema; it stands for what is inside. */
  private static final String ANY = "io.varve.connect.Any";

  private AvroShape() {}

  /** Logical types that make a number something else. */
  enum Meaning {
    PLAIN,
    DATE,
    TIMESTAMP_MILLIS,
    TIMESTAMP_MICROS,
    TIMESTAMP_NANOS,
    DECIMAL
  }

  static Meaning meaning(Schema schema) {
    LogicalType type = schema.getLogicalType();
    if (type == null) {
      return Meaning.PLAIN;
    }
    return switch (type.getName()) {
      case "date" -> Meaning.DATE;
      case "timestamp-millis", "local-timestamp-millis" -> Meaning.TIMESTAMP_MILLIS;
      case "timestamp-micros", "local-timestamp-micros" -> Meaning.TIMESTAMP_MICROS;
      case "timestamp-nanos", "local-timestamp-nanos" -> Meaning.TIMESTAMP_NANOS;
      case "decimal" -> Meaning.DECIMAL;
      default -> Meaning.PLAIN;
    };
  }

  /** Seconds since the epoch of a number with that meaning. */
  static long seconds(Meaning meaning, long number) {
    return switch (meaning) {
      case DATE -> number * 86_400;
      case TIMESTAMP_MILLIS -> Math.floorDiv(number, 1_000L);
      case TIMESTAMP_MICROS -> Math.floorDiv(number, 1_000_000L);
      default -> Math.floorDiv(number, 1_000_000_000L);
    };
  }

  /** Nanoseconds on top of {@link #seconds}. */
  static int nanos(Meaning meaning, long number) {
    return switch (meaning) {
      case DATE -> 0;
      case TIMESTAMP_MILLIS -> (int) Math.floorMod(number, 1_000L) * 1_000_000;
      case TIMESTAMP_MICROS -> (int) Math.floorMod(number, 1_000_000L) * 1_000;
      default -> (int) Math.floorMod(number, 1_000_000_000L);
    };
  }

  /** The nearest double of a decimal number. */
  static double decimal(Schema schema, AvroBytes part) {
    int scale = ((LogicalTypes.Decimal) schema.getLogicalType()).getScale();
    return decimal(part, scale);
  }

  static double decimal(AvroBytes part, int scale) {
    if (part.partLength() == 0) {
      return 0;
    }
    byte[] unscaled =
        Arrays.copyOfRange(part.array(), part.partAt(), part.partAt() + part.partLength());
    return new BigDecimal(new BigInteger(unscaled), scale).doubleValue();
  }

  /** Whether a record only wraps the value in its one field. */
  static boolean isWrapper(Schema record) {
    String name = record.getFullName();
    return name.equals(ANY)
        || name.equals("io.varve.connect.Int8")
        || name.equals("io.varve.connect.Int16")
        || name.equals("io.varve.connect.Date");
  }

  /** Whether a record is a decimal number of a value without a schema. */
  static boolean isDecimal(Schema record) {
    return record.getFullName().equals("io.varve.connect.Decimal");
  }
}
