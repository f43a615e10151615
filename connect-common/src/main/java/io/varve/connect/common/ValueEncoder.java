package io.varve.connect.common;

import io.varve.connect.common.avro.AvroOutput;
import io.varve.connect.common.avro.BadValueException;
import io.varve.connect.common.avro.CompiledSchema;
import io.varve.connect.common.avro.Fingerprint;
import io.varve.connect.common.avro.SingleObject;
import io.varve.connect.common.avro.Utf8;
import io.varve.event.Encoding;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Turns Connect data into what is stored.
 *
 * <p>Thread: confined; one for each task.
 */
public final class ValueEncoder {
  /*
   * Converters give the same schema object again and again, so that the object's identity finds its plan in a small table, in
   * a few nanoseconds. Transforms may give a new object for each record: those are found by equality, which costs more, and a
   * schema is compiled and stored only when neither knows it.
   */

  private static final int BY_IDENTITY_SLOTS = 64;
  private static final int SCHEMAS_MAX = 1000;

  /**
   * What to do with the values of a schema.
   *
   * @param schema null for the encodings that need none
   */
  private record Plan(Encoding encoding, @Nullable CompiledSchema schema) {}

  /**
   * @param withNull see {@link CompiledSchema#of}
   */
  private record Key(Schema schema, boolean withNull) {}

  private static final Plan BYTES = new Plan(Encoding.BYTES, null);
  private static final Plan STRING = new Plan(Encoding.STRING, null);

  private final SchemaTexts texts;
  private final AvroOutput out = new AvroOutput();
  private final @Nullable Schema[] schemas = new Schema[BY_IDENTITY_SLOTS];
  private final Plan[] plans = new Plan[BY_IDENTITY_SLOTS];
  private final RecentMap<Key, Plan> byEquality = new RecentMap<>(SCHEMAS_MAX);
  private @Nullable CompiledSchema any;

  /** An encoder that keeps the schemas it meets in {@code texts}. */
  public ValueEncoder(SchemaTexts texts) {
    this.texts = texts;
  }

  /**
   * What is to be stored for {@code value}. Byte arrays pass through without being copied. When
   * this returns, the schema is durable.
   *
   * @throws BadValueException if the value doesn't belong to the schema or could not come back
   *     equal
   */
  public EncodedValue encode(@Nullable Schema schema, @Nullable Object value) {
    if (schema == null) {
      return value == null ? EncodedValue.NONE : structured(any(), value);
    }
    if (value == null && !CompiledSchema.allowsNull(schema)) {
      return encode(planByEquality(CompiledSchema.built(schema), true), null);
    }
    return encode(plan(schema), value);
  }

  private EncodedValue encode(Plan plan, @Nullable Object value) {
    if (plan.schema != null) {
      return structured(plan.schema, value);
    }
    return plan.encoding == Encoding.BYTES ? bytes(value) : string(value);
  }

  private static EncodedValue bytes(@Nullable Object value) {
    if (value == null) {
      return EncodedValue.NULL_BYTES;
    }
    if (value instanceof byte[] bytes) {
      return new EncodedValue(Encoding.BYTES, bytes);
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(buffer.position(), bytes);
      return new EncodedValue(Encoding.BYTES, bytes);
    }
    throw BadValueException.mismatch("a byte[] or ByteBuffer for BYTES", value);
  }

  private static EncodedValue string(@Nullable Object value) {
    if (value == null) {
      return EncodedValue.NULL_STRING;
    }
    if (value instanceof String text) {
      return new EncodedValue(Encoding.STRING, Utf8.encode(text));
    }
    throw BadValueException.mismatch("a String for STRING", value);
  }

  private EncodedValue structured(CompiledSchema schema, @Nullable Object value) {
    return new EncodedValue(Encoding.AVRO, SingleObject.encode(schema, value, out));
  }

  @SuppressWarnings("ReferenceEquality") // the quick way; equality is the next one
  private Plan plan(Schema schema) {
    if (schema == Schema.OPTIONAL_BYTES_SCHEMA) {
      return BYTES;
    }
    if (schema == Schema.OPTIONAL_STRING_SCHEMA) {
      return STRING;
    }
    if (schema instanceof SchemaBuilder builder) {
      return planByEquality(builder.build(), false);
    }
    int slot = System.identityHashCode(schema) & (BY_IDENTITY_SLOTS - 1);
    if (schemas[slot] != schema) {
      plans[slot] = planByEquality(schema, false);
      schemas[slot] = schema;
    }
    return plans[slot];
  }

  private Plan planByEquality(Schema schema, boolean withNull) {
    Key key = new Key(schema, withNull);
    Plan known = byEquality.get(key);
    if (known != null) {
      return known;
    }
    Plan plan;
    if (schema.equals(Schema.OPTIONAL_BYTES_SCHEMA)) {
      plan = BYTES;
    } else if (schema.equals(Schema.OPTIONAL_STRING_SCHEMA)) {
      plan = STRING;
    } else {
      plan = new Plan(Encoding.AVRO, stored(CompiledSchema.of(schema, withNull)));
    }
    byEquality.put(key, plan);
    return plan;
  }

  private CompiledSchema any() {
    if (any == null) {
      any = stored(CompiledSchema.ofAny());
    }
    return any;
  }

  private CompiledSchema stored(CompiledSchema schema) {
    byte[] found = texts.get(schema.fingerprint());
    if (found == null) {
      texts.put(schema.fingerprint(), schema.text());
    } else if (!Arrays.equals(found, schema.text())) {
      throw new BadValueException(
          "expected the store to keep the schema of this value under the fingerprint "
              + Fingerprint.show(schema.fingerprint())
              + ", found another schema there, of "
              + found.length
              + " bytes; the file is damaged, or two schemas share a fingerprint");
    }
    return schema;
  }
}
