package io.varve.flink.state;

import io.varve.state.ByteSpan;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.StateMigrationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes all values of a state in the form of its new serializer. */
final class StateMigration<K, N, V> {

  private static final Logger LOG = LoggerFactory.getLogger(StateMigration.class);

  private final TableState<K, N, V, ?> state;
  private final RegisteredKeyValueStateBackendMetaInfo<N, V> info;
  private final TtlTimeProvider time;

  StateMigration(
      TableState<K, N, V, ?> state,
      RegisteredKeyValueStateBackendMetaInfo<N, V> info,
      TtlTimeProvider time) {
    this.state = state;
    this.info = info;
    this.time = time;
  }

  private record Key(int keyGroup, byte[] bytes) {}

  @SuppressWarnings("unchecked")
  void run(StateDescriptor<?, V> descriptor) throws StateMigrationException {
    LOG.info("Writing state {} in the form of its new serializer", descriptor.getName());
    TtlAwareSerializer<V, ?> before =
        (TtlAwareSerializer<V, ?>)
            TtlAwareSerializer.wrapTtlAwareSerializer(info.getPreviousStateSerializer());
    TtlAwareSerializer<V, ?> now =
        (TtlAwareSerializer<V, ?>)
            TtlAwareSerializer.wrapTtlAwareSerializer(info.getStateSerializer());
    List<Key> keys = new ArrayList<>();
    state.table.forEachKey((keyGroup, key) -> keys.add(new Key(keyGroup, key.toArray())));
    ByteSpan key = new ByteSpan();
    for (Key one : keys) {
      state.migrate(one.keyGroup(), key.wrap(one.bytes()), before, now, time);
    }
  }
}
