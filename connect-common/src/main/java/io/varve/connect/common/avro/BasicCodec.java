package io.varve.connect.common.avro;

import java.nio.ByteBuffer;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/** Connect's types that hold one plain value. Immutable. */
enum BasicCodec implements Codec {
  INT8 {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Byte number)) {
        throw BadValueException.mismatch("a Byte for INT8", value);
      }
      out.writeLong(number);
    }

    @Override
    public Object read(AvroInput in) {
      return (byte) in.readLong(Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
  },
  INT16 {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Short number)) {
        throw BadValueException.mismatch("a Short for INT16", value);
      }
      out.writeLong(number);
    }

    @Override
    public Object read(AvroInput in) {
      return (short) in.readLong(Short.MIN_VALUE, Short.MAX_VALUE);
    }
  },
  INT32 {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Integer number)) {
        throw BadValueException.mismatch("an Integer for INT32", value);
      }
      out.writeLong(number);
    }

    @Override
    public Object read(AvroInput in) {
      return in.readInt();
    }
  },
  INT64 {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Long number)) {
        throw BadValueException.mismatch("a Long for INT64", value);
      }
      out.writeLong(number);
    }

    @Override
    public Object read(AvroInput in) {
      return in.readLong();
    }
  },
  FLOAT32 {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Float number)) {
        throw BadValueException.mismatch("a Float for FLOAT32", value);
      }
      out.writeFloat(number);
    }

    @Override
    public Object read(AvroInput in) {
      return in.readFloat();
    }
  },
  FLOAT64 {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Double number)) {
        throw BadValueException.mismatch("a Double for FLOAT64", value);
      }
      out.writeDouble(number);
    }

    @Override
    public Object read(AvroInput in) {
      return in.readDouble();
    }
  },
  BOOLEAN {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof Boolean flag)) {
        throw BadValueException.mismatch("a Boolean for BOOLEAN", value);
      }
      out.writeBoolean(flag);
    }

    @Override
    public Object read(AvroInput in) {
      return in.readBoolean();
    }
  },
  STRING {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (!(value instanceof String text)) {
        throw BadValueException.mismatch("a String for STRING", value);
      }
      out.writeString(text);
    }

    @Override
    public Object read(AvroInput in) {
      return in.readString();
    }
  },
  /** Takes {@code byte[]} and {@link ByteBuffer}, as Connect does; gives {@code byte[]}. */
  BYTES {
    @Override
    public void write(AvroOutput out, @Nullable Object value) {
      if (value instanceof byte[] bytes) {
        out.writeBytes(bytes);
      } else if (value instanceof ByteBuffer buffer) {
        out.writeBytes(buffer);
      } else {
        throw BadValueException.mismatch("a byte[] or ByteBuffer for BYTES", value);
      }
    }

    @Override
    public Object read(AvroInput in) {
      return in.readBytes();
    }
  };

  /** The codec of a type that holds one plain value. */
  static BasicCodec of(Schema.Type type) {
    return switch (type) {
      case INT8 -> INT8;
      case INT16 -> INT16;
      case INT32 -> INT32;
      case INT64 -> INT64;
      case FLOAT32 -> FLOAT32;
      case FLOAT64 -> FLOAT64;
      case BOOLEAN -> BOOLEAN;
      case STRING -> STRING;
      case BYTES -> BYTES;
      case ARRAY, MAP, STRUCT -> throw new IllegalArgumentException(type + " is no plain type");
    };
  }
}
