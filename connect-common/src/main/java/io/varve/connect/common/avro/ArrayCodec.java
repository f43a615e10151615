package io.varve.connect.common.avro;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connect's array: a {@link List}. */
record ArrayCodec(Codec element) implements Codec {
  @Override
  public void write(AvroOutput out, @Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      throw BadValueException.mismatch("a List for ARRAY", value);
    }
    int index = 0;
    try {
      if (!list.isEmpty()) {
        out.writeLong(list.size());
        for (Object next : list) {
          element.write(out, next);
          index++;
        }
      }
    } catch (BadValueException e) {
      throw e.within("[" + index + "]");
    }
    out.writeLong(0);
  }

  @Override
  public Object read(AvroInput in) {
    int count = in.readBlockCount();
    List<@Nullable Object> list = new ArrayList<>(count);
    try {
      while (count != 0) {
        for (int i = 0; i < count; i++) {
          list.add(element.read(in));
        }
        count = in.readBlockCount();
      }
    } catch (BadValueException e) {
      throw e.within("[" + list.size() + "]");
    }
    return list;
  }
}
