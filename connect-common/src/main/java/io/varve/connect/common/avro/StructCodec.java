package io.varve.connect.common.avro;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Connect's struct: its fields, one after another.
 *
 * <p>Thread: confined; remembers the schema object that it last found equal to its own.
 */
final class StructCodec implements Codec {
  private final Schema schema;
  private final Field[] fields;
  private final Codec[] codecs;

  /** Whether {@link Struct#get(Field)} would put the default in the place of a null. */
  private final boolean[] hasDefault;

  private Schema sameSchema;

  /**
   * @param codecs one for each field of {@code schema}
   */
  StructCodec(Schema schema, List<Codec> codecs) {
    this.schema = schema;
    this.sameSchema = schema;
    this.fields = schema.fields().toArray(new Field[0]);
    this.codecs = codecs.toArray(new Codec[0]);
    this.hasDefault = new boolean[fields.length];
    for (int i = 0; i < fields.length; i++) {
      hasDefault[i] = fields[i].schema().defaultValue() != null;
    }
  }

  @Override
  public void write(AvroOutput out, @Nullable Object value) {
    if (!(value instanceof Struct struct)) {
      throw BadValueException.mismatch("a Struct for STRUCT", value);
    }
    expectOurs(struct.schema());
    int index = 0;
    try {
      for (; index < fields.length; index++) {
        Field field = fields[index];
        codecs[index].write(
            out, hasDefault[index] ? struct.getWithoutDefault(field.name()) : struct.get(field));
      }
    } catch (BadValueException e) {
      throw e.within("." + fields[index].name());
    }
  }

  @Override
  public Object read(AvroInput in) {
    Struct struct = new Struct(schema);
    int index = 0;
    try {
      for (; index < fields.length; index++) {
        Object value = codecs[index].read(in);
        if (value != null) {
          struct.put(fields[index], value);
        }
      }
    } catch (BadValueException e) {
      throw e.within("." + fields[index].name());
    }
    return struct;
  }

  @SuppressWarnings("ReferenceEquality") // the quick way to see what equals() would
  private void expectOurs(Schema found) {
    if (found == schema || found == sameSchema) {
      return;
    }
    if (!Layout.built(found).equals(schema)) {
      throw new BadValueException(
          "expected a struct of the schema given with it, "
              + schema
              + ", found one of another schema, "
              + found);
    }
    sameSchema = found;
  }
}
