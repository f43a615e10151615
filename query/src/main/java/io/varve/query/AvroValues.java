package io.varve.query;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Reads whole values in Avro, as CEL wants them: records and maps as maps.
 *
 * <p>Thread: confined to one.
 */
final class AvroValues {

  private static final int DEPTH_MAX = 256;

  /** More values that take no bytes, such as nulls, are refused. */
  private static final int EMPTY_MAX = 1 << 16;

  private final AvroSchemas schemas;
  private final AvroBytes in = new AvroBytes();
  private int empty;

  AvroValues(AvroSchemas schemas) {
    this.schemas = schemas;
  }

  Object read(byte[] value, int length) throws UnreadableValueException {
    Schema schema = schemas.schema(AvroSchemas.fingerprint(value, length));
    in.set(value, AvroSchemas.HEADER_BYTES, length);
    empty = 0;
    return read(schema, 0);
  }

  /** So that a few bytes are never many values: what takes none is counted. */
  private Object read(Schema schema, int depth) throws UnreadableValueException {
    if (depth > DEPTH_MAX) {
      throw new UnreadableValueException("it has more than " + DEPTH_MAX + " levels");
    }
    int before = in.left();
    Object value = readBytes(schema, depth);
    if (in.left() == before && ++empty > EMPTY_MAX) {
      throw new UnreadableValueException(
          "it has more than " + EMPTY_MAX + " values that take no bytes");
    }
    return value;
  }

  private Object readBytes(Schema schema, int depth) throws UnreadableValueException {
    AvroShape.Meaning meaning = AvroShape.meaning(schema);
    return switch (schema.getType()) {
      case NULL -> NullValue.NULL_VALUE;
      case BOOLEAN -> in.readByte() != 0;
      case INT, LONG -> number(in.readLong(), meaning);
      case FLOAT -> (double) in.readFloat();
      case DOUBLE -> in.readDouble();
      case STRING -> {
        in.readPart();
        yield in.text();
      }
      case ENUM -> AvroFields.symbol(schema.getEnumSymbols(), in.readLong());
      case BYTES, FIXED -> {
        in.readPart(schema.getType() == Schema.Type.FIXED ? schema.getFixedSize() : in.readLong());
        yield meaning == AvroShape.Meaning.DECIMAL
            ? (Object) AvroShape.decimal(schema, in)
            : CelByteString.of(
                Arrays.copyOfRange(in.array(), in.partAt(), in.partAt() + in.partLength()));
      }
      case UNION -> {
        long branch = in.readLong();
        if (branch < 0 || branch >= schema.getTypes().size()) {
          throw new UnreadableValueException(
              "it says branch " + branch + " of a union of " + schema.getTypes().size());
        }
        yield read(schema.getTypes().get((int) branch), depth + 1);
      }
      case RECORD -> record(schema, depth);
      case ARRAY -> array(schema.getElementType(), depth);
      case MAP -> map(schema.getValueType(), depth);
    };
  }

  private static Object number(long number, AvroShape.Meaning meaning) {
    return meaning == AvroShape.Meaning.PLAIN || meaning == AvroShape.Meaning.DECIMAL
        ? (Object) number
        : Instant.ofEpochSecond(
            AvroShape.seconds(meaning, number), AvroShape.nanos(meaning, number));
  }

  private Object record(Schema schema, int depth) throws UnreadableValueException {
    if (AvroShape.isWrapper(schema)) {
      return read(schema.getFields().get(0).schema(), depth + 1);
    }
    if (AvroShape.isDecimal(schema)) {
      in.readPart();
      int at = in.partAt();
      int length = in.partLength();
      return AvroFields.decimal(in, at, length, (int) in.readLong());
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Schema.Field field : schema.getFields()) {
      fields.put(field.name(), read(field.schema(), depth + 1));
    }
    return fields;
  }

  private Object array(Schema items, int depth) throws UnreadableValueException {
    List<Object> list = new ArrayList<>();
    for (long count = in.blockCount(false); count > 0; count = in.blockCount(false)) {
      for (long i = 0; i < count; i++) {
        list.add(read(items, depth + 1));
      }
    }
    return list;
  }

  private Object map(Schema values, int depth) throws UnreadableValueException {
    Map<String, Object> map = new LinkedHashMap<>();
    for (long count = in.blockCount(false); count > 0; count = in.blockCount(false)) {
      for (long i = 0; i < count; i++) {
        in.readPart();
        String name = in.text();
        map.put(name, read(values, depth + 1));
      }
    }
    return map;
  }
}
