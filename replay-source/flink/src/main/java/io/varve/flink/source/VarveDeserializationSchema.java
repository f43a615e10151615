package io.varve.flink.source;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.util.Collector;

/**
 * Makes the source's elements of stored events.
 *
 * <p>Thread: each subtask has its own; confined to the task's.
 */
public interface VarveDeserializationSchema<T> extends Serializable, ResultTypeQueryable<T> {

  /**
   * Called once before the first event.
   *
   * @param schemas those of the store that is read
   */
  default void open(DeserializationSchema.InitializationContext context, StoredSchemas schemas)
      throws Exception {}

  /**
   * Hands any number of elements for one event to {@code out}. They get the event's timestamp.
   *
   * @param event valid until this returns
   */
  void deserialize(StoredEvent event, Collector<T> out) throws IOException;

  /**
   * Elements of the values alone. Tombstones have none.
   *
   * @param schema told of each value's bytes
   */
  static <T> VarveDeserializationSchema<T> valueOnly(DeserializationSchema<T> schema) {
    return new ValueDeserialization<>(schema);
  }
}
