package io.varve.flink.state.keyed;

import io.varve.state.ListElements;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the ends of a list's elements in what {@link StoredList} has written: by their length if
 * all have the same, else by reading them with their serializer.
 *
 * <p>Thread: one at a time, not always the same.
 */
final class StoredElements implements ListElements {

  private static final Logger LOG = LoggerFactory.getLogger(StoredElements.class);

  private final TypeSerializer<?> serializer;
  private final ClassLoader classes;
  private final DataInputDeserializer in = new DataInputDeserializer();

  private StoredElements(TypeSerializer<?> serializer, ClassLoader classes) {
    this.serializer = serializer;
    this.classes = classes;
  }

  /** To be called in the task's thread; what it returns, in any. */
  static Supplier<ListElements> of(TypeSerializer<?> serializer) {
    TypeSerializer<?> own = serializer.duplicate();
    ClassLoader classes = Thread.currentThread().getContextClassLoader();
    return () -> {
      synchronized (own) {
        return new StoredElements(own.duplicate(), classes);
      }
    };
  }

  @Override
  public int end(byte[] bytes, int at, int limit) {
    int length = serializer.getLength();
    if (length > 0) {
      return limit - at > length ? at + length + 1 : -1;
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(classes);
    try {
      in.setBuffer(bytes, at, limit - at);
      serializer.deserialize(in);
      in.skipBytesToRead(1);
      return limit - in.available();
    } catch (IOException | RuntimeException e) {
      // Who reads the list is told; here it stays as it is.
      LOG.debug("An element of a list can't be read to see whether it has expired", e);
      return -1;
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
