package io.varve.connect.common.avro;

import org.jspecify.annotations.Nullable;

/**
 * A union of null and one other type.
 *
 * @param legal whether null is a value of the schema; a struct without fields is written as a union
 *     all the same
 */
record NullableCodec(Codec present, boolean legal) implements Codec {
  private static final int NULL = 0;
  private static final int PRESENT = 1;

  @Override
  public void write(AvroOutput out, @Nullable Object value) {
    if (value != null) {
      out.writeLong(PRESENT);
      present.write(out, value);
    } else if (legal) {
      out.writeLong(NULL);
    } else {
      throw BadValueException.mismatch("a value for a required schema", null);
    }
  }

  @Override
  public @Nullable Object read(AvroInput in) {
    if (in.readLong(legal ? NULL : PRESENT, PRESENT) == NULL) {
      return null;
    }
    return present.read(in);
  }
}
