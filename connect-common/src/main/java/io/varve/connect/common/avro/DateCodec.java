package io.varve.connect.common.avro;

import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Connect's logical types whose values are {@link Date}s. Immutable. */
@SuppressWarnings("JavaUtilDate") // the class that Connect has for times
enum DateCodec implements Codec {
  /** Days since 1970-01-01, UTC. */
  DATE {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      long millis = millis(value);
      long days = Math.floorDiv(millis, DAY_MILLIS);
      if (days * DAY_MILLIS != millis || days != (int) days) {
        throw new BadValueException("expected midnight UTC for a Date, found " + millis + " ms");
      }
      out.writeLong(days);
    }

    @Override
    public Object read(AvroInput in) {
      return new Date(in.readInt() * DAY_MILLIS);
    }
  },
  /** Milliseconds since midnight; Connect allows the end of the day too. */
  TIME {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      long millis = millis(value);
      if (millis < 0 || millis > DAY_MILLIS) {
        throw new BadValueException(
            "expected 0 to "
                + DAY_MILLIS
                + " ms since midnight for a Time, found "
                + millis
                + " ms");
      }
      out.writeLong(millis);
    }

    @Override
    public Object read(AvroInput in) {
      return new Date(in.readLong(0, DAY_MILLIS));
    }
  },
  /** Milliseconds since 1970-01-01, UTC. */
  TIMESTAMP {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      out.writeLong(millis(value));
    }

    @Override
    public Object read(AvroInput in) {
      return new Date(in.readLong());
    }
  };

  private static final long DAY_MILLIS = 86_400_000;

  private static long millis(@Nullable Object value) {
    if (!(value instanceof Date date)) {
      throw BadValueException.mismatch("a java.util.Date", value);
    }
    return date.getTime();
  }
}
