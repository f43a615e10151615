package io.varve.connect.common;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/**
 * Schemas and values of every kind that Connect has, from a seed: all types, logical ones, names
 * that Avro allows and names that it does not, the same name for different structs, the same struct
 * in several places, defaults, nulls.
 */
@SuppressWarnings("JavaUtilDate") // what Connect has
final class RandomConnectData {
  private static final List<String> SCHEMA_NAMES =
      List.of(
          "Person",
          "com.example.Person",
          "com.example.Address",
          "com.example.int",
          "string",
          "",
          "with space.Name",
          "9th.Name",
          "io.varve.connect.Any",
          "io.varve.connect.Struct1",
          "ä.ö",
          "a..b",
          "_._1",
          "lone\uD800surrogate");

  private static final List<String> FIELD_NAMES =
      List.of(
          "id",
          "name",
          "first-name",
          "first_name",
          "first name",
          "1st",
          "_1st",
          "key",
          "value",
          "größe",
          "type",
          "\uDC00",
          "first_name_2",
          "a.b",
          "connect.field");

  private final Random random;
  private final List<Schema> structs = new ArrayList<>();

  RandomConnectData(long seed) {
    this.random = new Random(seed);
  }

  /** A schema with at most {@code depth} levels of nesting. */
  Schema schema(int depth) {
    int kind = random.nextInt(depth > 0 ? 20 : 13);
    return switch (kind) {
      case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> finish(new SchemaBuilder(basicTypes().get(kind)), true);
      case 9 -> finish(Decimal.builder(random.nextInt(24) - 4), false);
      case 10 -> finish(org.apache.kafka.connect.data.Date.builder(), false);
      case 11 -> finish(Time.builder(), false);
      case 12 -> finish(Timestamp.builder(), false);
      case 13, 14 -> finish(SchemaBuilder.array(schema(depth - 1)), true);
      case 15 -> finish(SchemaBuilder.map(Schema.STRING_SCHEMA, schema(depth - 1)), true);
      case 16 -> finish(SchemaBuilder.map(schema(depth - 1), schema(depth - 1)), true);
      default -> struct(depth);
    };
  }

  /** A value of {@code schema}; null only where it is optional. */
  Object value(Schema schema) {
    if (schema.isOptional() && random.nextInt(4) == 0) {
      return null;
    }
    if (schema.name() != null) {
      switch (schema.name()) {
        case Decimal.LOGICAL_NAME -> {
          int scale = Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD));
          return new BigDecimal(new BigInteger(random.nextInt(100), random).negate(), scale);
        }
        case org.apache.kafka.connect.data.Date.LOGICAL_NAME -> {
          return new Date(random.nextInt() * 86_400_000L);
        }
        case Time.LOGICAL_NAME -> {
          return new Date(random.nextInt(86_400_001));
        }
        case Timestamp.LOGICAL_NAME -> {
          return new Date(random.nextLong());
        }
        default -> {}
      }
    }
    return switch (schema.type()) {
      case INT8 -> (byte) random.nextInt();
      case INT16 -> (short) random.nextInt();
      case INT32 -> random.nextInt() >> random.nextInt(32);
      case INT64 -> random.nextLong() >> random.nextInt(64);
      case FLOAT32 -> oneOf(List.of(random.nextFloat(), Float.NaN, -0f, Float.MIN_VALUE));
      case FLOAT64 -> oneOf(List.of(random.nextDouble(), Double.NaN, -0d, Double.MAX_VALUE));
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text();
      case BYTES -> bytes();
      case ARRAY -> list(schema.valueSchema());
      case MAP -> map(schema);
      case STRUCT -> struct(schema);
    };
  }

  /** A value without a schema. */
  Object schemaless(int depth) {
    int kind = random.nextInt(depth > 0 ? 16 : 12);
    return switch (kind) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> value(new ConnectSchema(basicTypes().get(kind)));
      case 8 -> bytes();
      case 9 -> new BigDecimal(new BigInteger(200, random), random.nextInt());
      case 10 -> new Date(random.nextLong());
      case 11 -> null;
      case 12, 13 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(schemaless(depth - 1));
        }
        yield list;
      }
      default -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(kind == 14 ? text() : asKey(schemaless(depth - 1)), schemaless(depth - 1));
        }
        yield map;
      }
    };
  }

  /**
   * What can be compared by equals() whatever it holds: arrays have become buffers, structs lists.
   */
  static Object comparable(Object value) {
    if (value instanceof byte[] bytes) {
      return ByteBuffer.wrap(bytes);
    }
    if (value instanceof List<?> list) {
      return list.stream()
          .map(RandomConnectData::comparable)
          .collect(ArrayList::new, List::add, List::addAll);
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, element) -> copy.put(comparable(key), comparable(element)));
      return copy;
    }
    if (value instanceof Struct struct) {
      // Not the schema itself: equal ones may differ in their hash, by an array as default value.
      List<Object> copy = new ArrayList<>(List.of(struct.schema().toString()));
      for (Field field : struct.schema().fields()) {
        copy.add(comparable(struct.getWithoutDefault(field.name())));
      }
      return copy;
    }
    return value;
  }

  private static List<Schema.Type> basicTypes() {
    return List.of(
        Schema.Type.INT8,
        Schema.Type.INT16,
        Schema.Type.INT32,
        Schema.Type.INT64,
        Schema.Type.FLOAT32,
        Schema.Type.FLOAT64,
        Schema.Type.BOOLEAN,
        Schema.Type.STRING,
        Schema.Type.BYTES);
  }

  private Schema struct(int depth) {
    if (!structs.isEmpty() && random.nextInt(4) == 0) {
      Schema again = oneOf(structs);
      return random.nextBoolean() ? again : withOptional(again);
    }
    SchemaBuilder builder = SchemaBuilder.struct();
    Set<String> names = new HashSet<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      String name = oneOf(FIELD_NAMES);
      if (names.add(name)) {
        builder.field(name, schema(depth - 1));
      }
    }
    Schema schema = finish(builder, true);
    if (random.nextInt(6) == 0 && !holdsBytes(schema)) {
      // A builder refuses default structs, converters make them all the same.
      schema =
          new ConnectSchema(
              Schema.Type.STRUCT,
              schema.isOptional(),
              struct(schema),
              schema.name(),
              schema.version(),
              schema.doc(),
              schema.parameters(),
              schema.fields(),
              null,
              null);
    }
    structs.add(schema);
    return schema;
  }

  private static Schema withOptional(Schema schema) {
    return new ConnectSchema(
        schema.type(),
        true,
        schema.defaultValue(),
        schema.name(),
        schema.version(),
        schema.doc(),
        schema.parameters(),
        schema.fields(),
        null,
        null);
  }

  private Schema finish(SchemaBuilder builder, boolean named) {
    if (random.nextInt(3) == 0) {
      builder.optional();
    }
    if (named && random.nextInt(3) == 0) {
      builder.name(oneOf(SCHEMA_NAMES));
      if (random.nextBoolean()) {
        builder.version(random.nextInt());
      }
    }
    if (random.nextInt(6) == 0) {
      builder.doc(oneOf(List.of("", "A document", "mit Umlauten: ä \"quoted\" \\ \n \uD800")));
    }
    if (random.nextInt(6) == 0) {
      builder.parameter("zeta", "1").parameter("alpha", "\u0000").parameter("", "");
    } else if (random.nextInt(6) == 0) {
      builder.parameters(Map.of());
    }
    if (random.nextInt(4) == 0 && comparesByEquals(builder)) {
      Object value = value(builder.build());
      if (value != null) {
        builder.defaultValue(value);
      }
    }
    return builder.build();
  }

  /** Whether equal default values are equal to Connect too: a list of arrays equals only itself. */
  private static boolean comparesByEquals(Schema schema) {
    return switch (schema.type()) {
      case STRUCT -> false;
      case ARRAY -> !holdsBytes(schema.valueSchema());
      case MAP -> !holdsBytes(schema.valueSchema()) && !holdsBytes(schema.keySchema());
      default -> true;
    };
  }

  private static boolean holdsBytes(Schema schema) {
    return switch (schema.type()) {
      case STRUCT -> schema.fields().stream().anyMatch(field -> holdsBytes(field.schema()));
      case ARRAY -> holdsBytes(schema.valueSchema());
      case MAP -> holdsBytes(schema.valueSchema()) || holdsBytes(schema.keySchema());
      default -> schema.type() == Schema.Type.BYTES;
    };
  }

  private Struct struct(Schema schema) {
    Struct struct = new Struct(schema);
    for (Field field : schema.fields()) {
      boolean mayBeLeftOut = field.schema().isOptional() || field.schema().defaultValue() != null;
      if (!mayBeLeftOut || random.nextInt(3) != 0) {
        Object value = value(field.schema());
        if (value != null) {
          struct.put(field, value);
        }
      }
    }
    return struct;
  }

  private List<Object> list(Schema element) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(value(element));
    }
    return list;
  }

  private Map<Object, Object> map(Schema schema) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put(asKey(value(schema.keySchema())), value(schema.valueSchema()));
    }
    return map;
  }

  private static Object asKey(Object key) {
    return key instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : key;
  }

  private String text() {
    return oneOf(
        List.of("", "text", "äöü ß", "\uD83D\uDE00", "\u0000", "x".repeat(random.nextInt(200))));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
