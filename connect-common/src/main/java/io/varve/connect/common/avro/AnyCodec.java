package io.varve.connect.common.avro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values without a Connect schema: one recursive Avro schema for all of them, a union with a branch
 * for each Java class, so that the class comes back too.
 *
 * <p>Immutable.
 */
@SuppressWarnings("JavaUtilDate") // the class that Connect has for times
public enum AnyCodec implements Codec {
  INSTANCE;

  /** The full name of the schema. */
  public static final String NAME = Layout.RESERVED_NAMESPACE + "Any";

  /** The branches of the union, in its order. */
  private enum Branch {
    NULL,
    BOOLEAN,
    INT32,
    INT64,
    FLOAT32,
    FLOAT64,
    BYTES,
    STRING,
    INT8,
    INT16,
    DECIMAL,
    DATE,
    LIST,
    STRING_MAP,
    MAP
  }

  private static final Branch[] BRANCHES = Branch.values();

  private static final String TEXT =
      """
      {"type":"record","name":"io.varve.connect.Any",\
      "doc":"A value that had no schema in Kafka Connect, and the Java class that it had.",\
      "fields":[{"name":"value","type":["null","boolean","int","long","float","double","bytes",\
      "string",\
      {"type":"record","name":"Int8","fields":[{"name":"value","type":"int"}]},\
      {"type":"record","name":"Int16","fields":[{"name":"value","type":"int"}]},\
      {"type":"record","name":"Decimal","fields":[{"name":"unscaled","type":"bytes"},\
      {"name":"scale","type":"int"}]},\
      {"type":"record","name":"Date","fields":[{"name":"value",\
      "type":{"type":"long","logicalType":"timestamp-millis"}}]},\
      {"type":"array","items":"Any"},\
      {"type":"map","values":"Any"},\
      {"type":"record","name":"Map","fields":[{"name":"entries","type":{"type":"array","items":\
      {"type":"record","name":"Entry","fields":[{"name":"key","type":"Any"},\
      {"name":"value","type":"Any"}]}}}]}]}]}""";

  /** The schema's text. */
  public static byte[] text() {
    return TEXT.getBytes(US_ASCII);
  }

  @Override
  public void write(AvroOutput out, @Nullable Object value) {
    write(out, value, 0);
  }

  @Override
  public @Nullable Object read(AvroInput in) {
    return read(in, 0);
  }

  private static void write(AvroOutput out, @Nullable Object value, int depth) {
    Layout.checkDepth(depth);
    if (value instanceof String text) {
      branch(out, Branch.STRING).writeString(text);
    } else if (value instanceof Map<?, ?> map) {
      writeMap(out, map, depth);
    } else if (value instanceof List<?> list) {
      writeList(branch(out, Branch.LIST), list, depth);
    } else if (value == null) {
      branch(out, Branch.NULL);
    } else if (value instanceof Number number) {
      writeNumber(out, number);
    } else if (value instanceof Boolean flag) {
      branch(out, Branch.BOOLEAN).writeBoolean(flag);
    } else if (value instanceof byte[] bytes) {
      branch(out, Branch.BYTES).writeBytes(bytes);
    } else if (value instanceof ByteBuffer buffer) {
      branch(out, Branch.BYTES).writeBytes(buffer);
    } else if (value instanceof Date date) {
      branch(out, Branch.DATE).writeLong(date.getTime());
    } else {
      throw unknown(value);
    }
  }

  private static void writeNumber(AvroOutput out, Number value) {
    if (value instanceof Long number) {
      branch(out, Branch.INT64).writeLong(number);
    } else if (value instanceof Double number) {
      branch(out, Branch.FLOAT64).writeDouble(number);
    } else if (value instanceof Integer number) {
      branch(out, Branch.INT32).writeLong(number);
    } else if (value instanceof BigDecimal number) {
      branch(out, Branch.DECIMAL).writeBytes(number.unscaledValue().toByteArray());
      out.writeLong(number.scale());
    } else if (value instanceof Float number) {
      branch(out, Branch.FLOAT32).writeFloat(number);
    } else if (value instanceof Short number) {
      branch(out, Branch.INT16).writeLong(number);
    } else if (value instanceof Byte number) {
      branch(out, Branch.INT8).writeLong(number);
    } else {
      throw unknown(value);
    }
  }

  private static void writeList(AvroOutput out, List<?> list, int depth) {
    int index = 0;
    try {
      if (!list.isEmpty()) {
        out.writeLong(list.size());
        for (Object next : list) {
          write(out, next, depth + 1);
          index++;
        }
      }
    } catch (BadValueException e) {
      throw e.within("[" + index + "]");
    }
    out.writeLong(0);
  }

  private static void writeMap(AvroOutput out, Map<?, ?> map, int depth) {
    boolean strings = true;
    for (Object key : map.keySet()) {
      strings &= key instanceof String;
    }
    branch(out, strings ? Branch.STRING_MAP : Branch.MAP);
    if (!map.isEmpty()) {
      out.writeLong(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        try {
          if (strings) {
            out.writeString((String) entry.getKey());
          } else {
            write(out, entry.getKey(), depth + 1);
          }
          write(out, entry.getValue(), depth + 1);
        } catch (BadValueException e) {
          throw e.within("[" + entry.getKey() + "]");
        }
      }
    }
    out.writeLong(0);
  }

  private static @Nullable Object read(AvroInput in, int depth) {
    Layout.checkDepth(depth);
    return switch (BRANCHES[(int) in.readLong(0, BRANCHES.length - 1)]) {
      case NULL -> null;
      case BOOLEAN -> in.readBoolean();
      case INT32 -> in.readInt();
      case INT64 -> in.readLong();
      case FLOAT32 -> in.readFloat();
      case FLOAT64 -> in.readDouble();
      case BYTES -> in.readBytes();
      case STRING -> in.readString();
      case INT8 -> BasicCodec.INT8.read(in);
      case INT16 -> BasicCodec.INT16.read(in);
      case DECIMAL -> new BigDecimal(DecimalCodec.readUnscaled(in), in.readInt());
      case DATE -> new Date(in.readLong());
      case LIST -> readList(in, depth);
      case STRING_MAP -> readMap(in, true, depth);
      case MAP -> readMap(in, false, depth);
    };
  }

  private static List<@Nullable Object> readList(AvroInput in, int depth) {
    int count = in.readBlockCount();
    List<@Nullable Object> list = new ArrayList<>(count);
    try {
      while (count != 0) {
        for (int i = 0; i < count; i++) {
          list.add(read(in, depth + 1));
        }
        count = in.readBlockCount();
      }
    } catch (BadValueException e) {
      throw e.within("[" + list.size() + "]");
    }
    return list;
  }

  private static Map<@Nullable Object, @Nullable Object> readMap(
      AvroInput in, boolean strings, int depth) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    try {
      for (int count = in.readBlockCount(); count != 0; count = in.readBlockCount()) {
        for (int i = 0; i < count; i++) {
          Object key = strings ? in.readString() : MapCodec.asKey(read(in, depth + 1));
          map.put(key, read(in, depth + 1));
        }
      }
    } catch (BadValueException e) {
      throw e.within("[entry " + map.size() + "]");
    }
    return map;
  }

  @SuppressWarnings("EnumOrdinal") // its place in the union
  private static AvroOutput branch(AvroOutput out, Branch branch) {
    out.writeLong(branch.ordinal());
    return out;
  }

  private static BadValueException unknown(Object value) {
    return BadValueException.mismatch(
        "a value without schema to be a string, number, boolean, date, bytes, list, map or null",
        value);
  }
}
