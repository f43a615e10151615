package io.varve.query;

import io.varve.field.FieldKey;
import io.varve.field.FieldValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Finds wanted fields in a value in Avro: for each schema steps are made once that read what is
 * wanted and pass by the rest, without an object for anything.
 *
 * <p>Thread: confined to one.
 */
final class AvroFields {

  /** More levels of what is passed by are refused. */
  private static final int DEPTH_MAX = 256;

  private final AvroSchemas schemas;
  private final PathTree wanted;
  private final Map<Long, Step> steps = new HashMap<>();
  private final AvroBytes in = new AvroBytes();

  AvroFields(AvroSchemas schemas, PathTree wanted) {
    this.schemas = schemas;
    this.wanted = wanted;
  }

  /** Puts the fields in that the value has; the others are left as they are. */
  void extract(byte[] value, int length, FieldValues into) throws UnreadableValueException {
    long fingerprint = AvroSchemas.fingerprint(value, length);
    Step step = steps.get(fingerprint);
    if (step == null) {
      step = step(schemas.schema(fingerprint), wanted);
      steps.put(fingerprint, step);
    }
    in.set(value, AvroSchemas.HEADER_BYTES, length);
    step.run(in, into);
  }

  /** Goes over one value. */
  private interface Step {
    void run(AvroBytes in, FieldValues into) throws UnreadableValueException;
  }

  private static Step step(Schema schema, @Nullable PathTree wanted) {
    if (wanted == null) {
      return skip(schema);
    }
    return switch (schema.getType()) {
      case UNION -> union(schema.getTypes(), wanted);
      case RECORD -> record(schema, wanted);
      case MAP -> map(schema.getValueType(), wanted);
      default -> wanted.field() == PathTree.NONE ? skip(schema) : put(schema, wanted.field());
    };
  }

  private static Step union(List<Schema> types, PathTree wanted) {
    Step[] branches = types.stream().map(type -> step(type, wanted)).toArray(Step[]::new);
    return (in, into) -> branches[branch(in, branches.length)].run(in, into);
  }

  private static int branch(AvroBytes in, int branches) throws UnreadableValueException {
    long branch = in.readLong();
    if (branch < 0 || branch >= branches) {
      throw new UnreadableValueException("it says branch " + branch + " of a union of " + branches);
    }
    return (int) branch;
  }

  private static Step record(Schema schema, PathTree wanted) {
    if (AvroShape.isWrapper(schema)) {
      Schema inside = schema.getFields().get(0).schema();
      if (!schema.getFullName().endsWith(".Any")) {
        return step(inside, wanted);
      }
      // It contains itself: its steps are made when a value needs them.
      return new Step() {
        private @Nullable Step made;

        @Override
        public void run(AvroBytes in, FieldValues into) throws UnreadableValueException {
          Step known = made;
          if (known == null) {
            known = step(inside, wanted);
            made = known;
          }
          known.run(in, into);
        }
      };
    }
    int field = wanted.field();
    if (AvroShape.isDecimal(schema) && field != PathTree.NONE) {
      return (in, into) -> {
        in.readPart();
        int at = in.partAt();
        int length = in.partLength();
        int scale = (int) in.readLong();
        into.at(field).number(decimal(in, at, length, scale));
      };
    }
    Step[] parts =
        schema.getFields().stream()
            .map(each -> step(each.schema(), wanted.child(each.name())))
            .toArray(Step[]::new);
    return (in, into) -> {
      if (field != PathTree.NONE) {
        into.at(field).other();
      }
      for (Step part : parts) {
        part.run(in, into);
      }
    };
  }

  static double decimal(AvroBytes in, int at, int length, int scale)
      throws UnreadableValueException {
    AvroBytes part = new AvroBytes();
    part.set(in.array(), at, at + length);
    part.readPart(length);
    return AvroShape.decimal(part, scale);
  }

  private static Step map(Schema values, PathTree wanted) {
    Step other = skip(values);
    Map<String, Step> known = new HashMap<>();
    return (in, into) -> {
      if (wanted.field() != PathTree.NONE) {
        into.at(wanted.field()).other();
      }
      boolean parts = wanted.wantsParts();
      for (long count = in.blockCount(!parts); count > 0; count = in.blockCount(!parts)) {
        for (long i = 0; i < count; i++) {
          in.readPart();
          PathTree child = parts ? wanted.child(in.text()) : null;
          if (child == null) {
            other.run(in, into);
          } else {
            // A name that comes twice: the last one counts, as it does where all is read.
            child.clear(into);
            Step step = known.get(in.text());
            if (step == null) {
              step = step(values, child);
              known.put(in.text(), step);
            }
            step.run(in, into);
          }
        }
      }
    };
  }

  private static Step put(Schema schema, int field) {
    AvroShape.Meaning meaning = AvroShape.meaning(schema);
    return switch (schema.getType()) {
      case NULL -> (in, into) -> into.at(field).nothing();
      case BOOLEAN -> (in, into) -> into.at(field).bool(in.readByte() != 0);
      case INT, LONG -> (in, into) -> number(in.readLong(), meaning, into.at(field));
      case FLOAT -> (in, into) -> into.at(field).number((double) in.readFloat());
      case DOUBLE -> (in, into) -> into.at(field).number(in.readDouble());
      case STRING ->
          (in, into) -> {
            in.readPart();
            text(in, into.at(field));
          };
      case ENUM ->
          (in, into) -> into.at(field).text(symbol(schema.getEnumSymbols(), in.readLong()));
      case BYTES, FIXED -> {
        long size = schema.getType() == Schema.Type.FIXED ? schema.getFixedSize() : -1;
        yield (in, into) -> {
          in.readPart(size >= 0 ? size : in.readLong());
          if (meaning == AvroShape.Meaning.DECIMAL) {
            into.at(field).number(AvroShape.decimal(schema, in));
          } else {
            into.at(field).bytes(in.array(), in.partAt(), in.partLength());
          }
        };
      }
      default -> {
        Step skip = skip(schema);
        yield (in, into) -> {
          into.at(field).other();
          skip.run(in, into);
        };
      }
    };
  }

  private static void number(long number, AvroShape.Meaning meaning, FieldKey into) {
    if (meaning == AvroShape.Meaning.PLAIN || meaning == AvroShape.Meaning.DECIMAL) {
      into.number(number);
    } else {
      into.time(AvroShape.seconds(meaning, number), AvroShape.nanos(meaning, number));
    }
  }

  static void text(AvroBytes in, FieldKey into) {
    for (int i = in.partAt(); i < in.partAt() + in.partLength(); i++) {
      if (in.array()[i] < 0) {
        // What is no UTF-8 becomes what a reader makes of it.
        into.text(in.text());
        return;
      }
    }
    into.text(in.array(), in.partAt(), in.partLength());
  }

  static String symbol(List<String> symbols, long number) throws UnreadableValueException {
    if (number < 0 || number >= symbols.size()) {
      throw new UnreadableValueException(
          "it says symbol " + number + " of an enum of " + symbols.size());
    }
    return symbols.get((int) number);
  }

  private static Step skip(Schema schema) {
    return (in, into) -> skip(schema, in, 0);
  }

  private static void skip(Schema schema, AvroBytes in, int depth) throws UnreadableValueException {
    if (depth > DEPTH_MAX) {
      throw new UnreadableValueException("it has more than " + DEPTH_MAX + " levels");
    }
    switch (schema.getType()) {
      case NULL -> {}
      case BOOLEAN -> in.skip(1);
      case INT, LONG, ENUM -> in.readLong();
      case FLOAT -> in.skip(4);
      case DOUBLE -> in.skip(8);
      case STRING, BYTES -> in.skip(in.readLong());
      case FIXED -> in.skip(schema.getFixedSize());
      case UNION ->
          skip(schema.getTypes().get(branch(in, schema.getTypes().size())), in, depth + 1);
      case RECORD -> {
        List<Schema.Field> fields = schema.getFields();
        for (int i = 0; i < fields.size(); i++) {
          skip(fields.get(i).schema(), in, depth + 1);
        }
      }
      case ARRAY, MAP -> {
        boolean map = schema.getType() == Schema.Type.MAP;
        Schema item = map ? schema.getValueType() : schema.getElementType();
        for (long count = in.blockCount(true); count > 0; count = in.blockCount(true)) {
          for (long i = 0; i < count; i++) {
            int before = in.left();
            if (map) {
              in.skip(in.readLong());
            }
            skip(item, in, depth + 1);
            if (in.left() == before) {
              // Items without a byte: however many there are said to be.
              break;
            }
          }
        }
      }
    }
  }
}
