package io.varve.connect.common.avro;

import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the values of one Connect schema as Avro binary.
 *
 * <p>Both methods throw {@link BadValueException}: writing when the value isn't one of the schema,
 * reading when the bytes aren't what {@link #write} gives.
 *
 * <p>Thread: confined to one at a time, see the implementations.
 */
public interface Codec {
  /** Appends {@code value}; null is legal only where the schema says so. */
  void write(AvroOutput out, @Nullable Object value);

  /** The value that starts at the input's position, which is left behind it. */
  @Nullable Object read(AvroInput in);
}
