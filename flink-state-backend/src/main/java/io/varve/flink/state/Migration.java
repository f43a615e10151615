package io.varve.flink.state;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.StateMigrationException;

/** Writes a value in the form of today that was written in an earlier one. */
final class Migration {

  private Migration() {}

  @SuppressWarnings("unchecked")
  static <V> void value(
      TtlAwareSerializer<V, ?> before,
      TtlAwareSerializer<V, ?> now,
      DataInputDeserializer in,
      DataOutputSerializer out,
      TtlTimeProvider time)
      throws StateMigrationException {
    try {
      TtlAwareSerializer<V, ?> from = before;
      ((TtlAwareSerializer<V, ?>) now)
          .migrateValueFromPriorSerializer(from, () -> from.deserialize(in), out, time);
    } catch (Exception e) {
      throw new StateMigrationException("Can't write state in the form of its new serializer", e);
    }
  }
}
