package io.varve.connect.common.avro;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Connect's Decimal: the unscaled value as big-endian two's complement, the scale in the schema.
 * Immutable.
 */
record DecimalCodec(int scale) implements Codec {
  @Override
  public void write(AvroOutput out, @Nullable Object value) {
    if (!(value instanceof BigDecimal decimal)) {
      throw BadValueException.mismatch("a BigDecimal for Decimal", value);
    }
    if (decimal.scale() != scale) {
      throw new BadValueException(
          "expected a decimal of scale " + scale + " as its schema says, found " + decimal.scale());
    }
    out.writeBytes(decimal.unscaledValue().toByteArray());
  }

  @Override
  public Object read(AvroInput in) {
    return new BigDecimal(readUnscaled(in), scale);
  }

  static BigInteger readUnscaled(AvroInput in) {
    byte[] unscaled = in.readBytes();
    if (unscaled.length == 0) {
      throw new BadValueException("expected at least one byte of a decimal, found none");
    }
    return new BigInteger(unscaled);
  }
}
