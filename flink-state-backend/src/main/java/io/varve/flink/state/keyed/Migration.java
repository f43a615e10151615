package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.ListTable;
import io.varve.state.MapCursor;
import io.varve.state.MapTable;
import io.varve.state.ValueTable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/**
 * Writes all of a state anew as another serializer writes it; also if only one of both keeps the
 * time of the last access with each value.
 *
 * <p>Thread: the task's.
 */
final class Migration {

  private final StoreGate gate;
  private final TtlTimeProvider clock;
  private final DataInputDeserializer in = new DataInputDeserializer();
  private final DataOutputSerializer out = new DataOutputSerializer(128);
  private final ByteSpan before = new ByteSpan();
  private final ByteSpan after = new ByteSpan();

  Migration(StoreGate gate, TtlTimeProvider clock) {
    this.gate = gate;
    this.clock = clock;
  }

  <V> void values(ValueTable table, TypeSerializer<V> prior, TypeSerializer<V> now)
      throws IOException {
    TtlAwareSerializer<V, ?> from = ttlAware(prior);
    TtlAwareSerializer<V, ?> to = ttlAware(now);
    GatedKeys keys = new GatedKeys(table, gate);
    while (keys.next()) {
      gate.enter();
      try {
        if (!table.get(keys.keyGroup(), keys.key(), before)) {
          continue;
        }
        in.setBuffer(before.array(), before.offset(), before.length());
        out.clear();
        migrate(from, to);
        table.put(keys.keyGroup(), keys.key(), written());
      } finally {
        gate.exit();
      }
    }
  }

  <V> void lists(ListTable table, TypeSerializer<List<V>> prior, TypeSerializer<List<V>> now)
      throws IOException {
    TtlAwareSerializer<V, ?> from = elements(prior);
    TtlAwareSerializer<V, ?> to = elements(now);
    GatedKeys keys = new GatedKeys(table, gate);
    while (keys.next()) {
      gate.enter();
      try {
        if (!table.get(keys.keyGroup(), keys.key(), before)) {
          continue;
        }
        in.setBuffer(before.array(), before.offset(), before.length());
        out.clear();
        while (in.available() > 0) {
          migrate(from, to);
          in.skipBytesToRead(1);
          out.writeByte(StoredList.DELIMITER);
        }
        table.put(keys.keyGroup(), keys.key(), written());
      } finally {
        gate.exit();
      }
    }
  }

  <UK, UV> void maps(
      MapTable table, TypeSerializer<Map<UK, UV>> prior, TypeSerializer<Map<UK, UV>> now)
      throws IOException {
    TtlAwareSerializer<UV, ?> from = mapValues(prior);
    TtlAwareSerializer<UV, ?> to = mapValues(now);
    GatedKeys keys = new GatedKeys(table, gate);
    while (keys.next()) {
      gate.enter();
      try (MapCursor cursor = table.cursor(keys.keyGroup(), keys.key())) {
        while (cursor.next()) {
          ByteSpan value = cursor.value();
          in.setBuffer(value.array(), value.offset(), value.length());
          out.clear();
          boolean isNull = in.readBoolean();
          out.writeBoolean(isNull);
          if (!isNull) {
            migrate(from, to);
          }
          cursor.set(written());
        }
      } finally {
        gate.exit();
      }
    }
  }

  private <V> void migrate(TtlAwareSerializer<V, ?> from, TtlAwareSerializer<V, ?> to)
      throws IOException {
    to.migrateValueFromPriorSerializer(from, () -> from.deserialize(in), out, clock);
  }

  private ByteSpan written() {
    return after.wrap(out.getSharedBuffer(), 0, out.length());
  }

  @SuppressWarnings("unchecked")
  private static <V> TtlAwareSerializer<V, ?> ttlAware(TypeSerializer<V> serializer) {
    return (TtlAwareSerializer<V, ?>) TtlAwareSerializer.wrapTtlAwareSerializer(serializer);
  }

  private static <V> TtlAwareSerializer<V, ?> elements(TypeSerializer<List<V>> serializer) {
    return ((TtlAwareSerializer.TtlAwareListSerializer<V>) ttlAware(serializer))
        .getElementSerializer();
  }

  private static <UK, UV> TtlAwareSerializer<UV, ?> mapValues(
      TypeSerializer<Map<UK, UV>> serializer) {
    return ((TtlAwareSerializer.TtlAwareMapSerializer<UK, UV>) ttlAware(serializer))
        .getValueSerializer();
  }
}
