package io.varve.connect.common.avro;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connect's map, which is Avro's map where the keys are plain strings and an array of entries
 * elsewhere: both are blocks of a key and a value. Keeps the order of the map it is given.
 */
record MapCodec(Codec key, Codec value) implements Codec {
  @Override
  public void write(AvroOutput out, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw BadValueException.mismatch("a Map for MAP", value);
    }
    if (!map.isEmpty()) {
      out.writeLong(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        try {
          key.write(out, entry.getKey());
          this.value.write(out, entry.getValue());
        } catch (BadValueException e) {
          throw e.within("[" + entry.getKey() + "]");
        }
      }
    }
    out.writeLong(0);
  }

  @Override
  public Object read(AvroInput in) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    try {
      for (int count = in.readBlockCount(); count != 0; count = in.readBlockCount()) {
        for (int i = 0; i < count; i++) {
          Object entryKey = asKey(key.read(in));
          map.put(entryKey, value.read(in));
        }
      }
    } catch (BadValueException e) {
      throw e.within("[entry " + map.size() + "]");
    }
    return map;
  }

  /** Bytes as a key are wrapped: an array equals only itself, and would never be found again. */
  static @Nullable Object asKey(@Nullable Object key) {
    return key instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : key;
  }
}
