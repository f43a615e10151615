package io.varve.connect.common.avro;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Avro's single-object encoding: two marker bytes, the schema's fingerprint in eight bytes,
 * little-endian, and the value.
 */
public final class SingleObject {
  private static final int MARKER_0 = 0xC3;
  private static final int MARKER_1 = 0x01;
  private static final int HEADER_BYTES = 10;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private SingleObject() {}

  /** The bytes of {@code value}; {@code out} is used for them and may be used again. */
  public static byte[] encode(CompiledSchema schema, @Nullable Object value, AvroOutput out) {
    out.reset();
    out.writeByte(MARKER_0);
    out.writeByte(MARKER_1);
    out.writeFixedLong(schema.fingerprint());
    schema.codec().write(out, value);
    return out.toBytes();
  }

  /**
   * The fingerprint that {@code bytes} start with; fails with a {@link BadValueException} if they
   * don't.
   */
  public static long fingerprint(byte[] bytes) {
    if (bytes.length < HEADER_BYTES
        || (bytes[0] & 0xFF) != MARKER_0
        || (bytes[1] & 0xFF) != MARKER_1) {
      throw new BadValueException(
          "expected Avro single-object encoding (c3 01, fingerprint, value), found "
              + bytes.length
              + " other bytes");
    }
    return (long) LONG.get(bytes, 2);
  }

  /** The value in {@code bytes}, which start with the fingerprint of {@code schema}. */
  public static @Nullable Object decode(CompiledSchema schema, byte[] bytes) {
    AvroInput in = new AvroInput(bytes, HEADER_BYTES);
    Object value = schema.codec().read(in);
    in.expectEnd();
    return value;
  }
}
