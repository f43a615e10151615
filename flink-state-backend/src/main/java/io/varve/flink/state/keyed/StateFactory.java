package io.varve.flink.state.keyed;

import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.state.StateStore;
import io.varve.state.StateTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializerSnapshot;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.StateMigrationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes states by their descriptors, and checks those that were restored against them: serializers
 * of keys and namespaces must be able to read what there is; values are migrated, at once.
 *
 * <p>Thread: the task's.
 */
final class StateFactory<K> {

  private static final Logger LOG = LoggerFactory.getLogger(StateFactory.class);

  private final StateStore store;
  private final RegisteredStates registered;
  private final TableState.Scope<K> scope;
  private final TtlTimeProvider clock;
  private final BackgroundExpiry expiry;
  private final Map<String, TableState<K, ?, ?>> made = new HashMap<>();

  StateFactory(
      StateStore store,
      RegisteredStates registered,
      TableState.Scope<K> scope,
      TtlTimeProvider clock) {
    this.store = store;
    this.registered = registered;
    this.scope = scope;
    this.clock = clock;
    this.expiry = new BackgroundExpiry(store, clock);
  }

  <N, V, E> TableState<K, N, V> createOrUpdate(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<?, V> descriptor,
      StateSnapshotTransformFactory<E> transform,
      boolean metaMayChange)
      throws Exception {
    Registered state = registered.ofKeys(descriptor.getName());
    RegisteredKeyValueStateBackendMetaInfo<N, V> meta;
    if (state == null) {
      meta =
          new RegisteredKeyValueStateBackendMetaInfo<>(
              descriptor.getType(),
              descriptor.getName(),
              namespaceSerializer,
              descriptor.getSerializer());
      state = registered.add(meta);
    } else {
      meta = meta(state);
      update(state, meta, namespaceSerializer, descriptor);
    }
    if (metaMayChange) {
      meta = meta.withSerializerUpgradesAllowed();
    }
    state.describe(meta);
    meta.updateSnapshotTransformFactory(
        SavepointTransform.of(descriptor.getType(), transform, meta.getStateSerializer()));
    TableState<K, N, V> described = describe(state, meta, descriptor);
    expiry.start(state, meta.getStateSerializer(), descriptor.getTtlConfig());
    return described;
  }

  @SuppressWarnings("unchecked")
  private static <N, V> RegisteredKeyValueStateBackendMetaInfo<N, V> meta(Registered state) {
    return (RegisteredKeyValueStateBackendMetaInfo<N, V>) state.meta();
  }

  private <N, V> TableState<K, N, V> describe(
      Registered state,
      RegisteredKeyValueStateBackendMetaInfo<N, V> meta,
      StateDescriptor<?, V> descriptor) {
    @SuppressWarnings("unchecked")
    TableState<K, N, V> there = (TableState<K, N, V>) made.get(descriptor.getName());
    if (there == null) {
      there = make(state.table(), meta, descriptor);
      made.put(descriptor.getName(), there);
    }
    there.describe(meta, descriptor);
    return there;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private <N, V> TableState<K, N, V> make(
      int table,
      RegisteredKeyValueStateBackendMetaInfo<N, V> meta,
      StateDescriptor<?, V> descriptor) {
    return switch (descriptor.getType()) {
      case VALUE -> new StoredValue<>(scope, meta, store.values(table));
      case REDUCING ->
          new StoredReduction<>(
              scope, meta, (ReducingStateDescriptor<V>) descriptor, store.values(table));
      case AGGREGATING ->
          new StoredAggregate(
              scope, meta, (AggregatingStateDescriptor) descriptor, store.values(table));
      case LIST ->
          new StoredList(scope, (RegisteredKeyValueStateBackendMetaInfo) meta, store.lists(table));
      case MAP ->
          new StoredMap(scope, (RegisteredKeyValueStateBackendMetaInfo) meta, store.maps(table));
      default ->
          throw new FlinkRuntimeException(
              "State "
                  + descriptor.getName()
                  + " is of type "
                  + descriptor.getType()
                  + ", which this backend doesn't know");
    };
  }

  // ---- states that were there before

  private <N, V> void update(
      Registered state,
      RegisteredKeyValueStateBackendMetaInfo<N, V> meta,
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<?, V> descriptor)
      throws Exception {
    TypeSerializer<N> priorNamespaces = meta.getNamespaceSerializer();
    TypeSerializerSchemaCompatibility<N> namespaces =
        meta.updateNamespaceSerializer(namespaceSerializer);
    if (namespaces.isCompatibleAfterMigration() || namespaces.isIncompatible()) {
      throw new StateMigrationException(
          "The namespaces of state "
              + descriptor.getName()
              + " were written by "
              + priorNamespaces
              + ", and can't be migrated to "
              + namespaceSerializer);
    }
    meta.checkStateMetaInfo(descriptor);
    TypeSerializer<V> prior = meta.getStateSerializer();
    TypeSerializerSchemaCompatibility<V> values =
        meta.updateStateSerializer(descriptor.getSerializer());
    if (values.isIncompatible()) {
      throw new StateMigrationException(
          "The values of state "
              + descriptor.getName()
              + " were written by "
              + prior
              + ", which the new serializer "
              + descriptor.getSerializer()
              + " is incompatible with");
    }
    if (values.isCompatibleAfterMigration()) {
      expiry.stop(state);
      migrate(state.table(), meta, descriptor);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private <N, V> void migrate(
      int table,
      RegisteredKeyValueStateBackendMetaInfo<N, V> meta,
      StateDescriptor<?, V> descriptor)
      throws StateMigrationException {
    LOG.info("Migrating state {} to another serializer", descriptor.getName());
    Migration migration = new Migration(scope.gate(), clock);
    TypeSerializer<V> prior = meta.getPreviousStateSerializer();
    TypeSerializer<V> now = meta.getStateSerializer();
    try {
      switch (descriptor.getType()) {
        case LIST ->
            migration.lists(store.lists(table), (TypeSerializer) prior, (TypeSerializer) now);
        case MAP -> {
          checkUserKeys(descriptor.getName(), meta.getPreviousStateSerializerSnapshot(), now);
          migration.maps(store.maps(table), (TypeSerializer) prior, (TypeSerializer) now);
        }
        default -> migration.values(store.values(table), prior, now);
      }
    } catch (IOException e) {
      throw new StateMigrationException(
          "State " + descriptor.getName() + " can't be migrated from " + prior + " to " + now, e);
    }
  }

  private static void checkUserKeys(
      String name, @Nullable TypeSerializerSnapshot<?> prior, TypeSerializer<?> now)
      throws StateMigrationException {
    if (prior instanceof MapSerializerSnapshot<?, ?> snapshot
        && now instanceof MapSerializer<?, ?> serializer
        && !compatible(snapshot.getKeySerializerSnapshot(), serializer.getKeySerializer())) {
      throw new StateMigrationException(
          "The user keys of map state "
              + name
              + " would have to be migrated, since the schema of their serializer has changed;"
              + " that is possible for the values of a map only");
    }
  }

  @SuppressWarnings("unchecked")
  private static <UK> boolean compatible(TypeSerializerSnapshot<?> prior, TypeSerializer<UK> now) {
    return now.snapshotConfiguration()
        .resolveSchemaCompatibility((TypeSerializerSnapshot<UK>) prior)
        .isCompatibleAsIs();
  }

  // ---- looking through them

  /** The keys of a state; null if there is no such state. */
  @SuppressWarnings("unchecked")
  <N> @Nullable KeyScan<K, N> scan(String name) {
    Registered state = registered.ofKeys(name);
    if (state == null) {
      return null;
    }
    RegisteredKeyValueStateBackendMetaInfo<N, ?> meta =
        (RegisteredKeyValueStateBackendMetaInfo<N, ?>) state.meta();
    return new KeyScan<>(
        table(state), scope.gate(), scope.keySerializer(), meta.getNamespaceSerializer());
  }

  /** Entries of all states: values, lists, entries of maps, and timers. */
  long entries() {
    List<Registered> all = List.copyOf(registered.all());
    long count = 0;
    for (Registered state : all) {
      GatedKeys keys = new GatedKeys(table(state), scope.gate());
      while (keys.next()) {
        if (state.isMap() || state.isTimers()) {
          try (var cursor =
              state.isMap()
                  ? store.maps(state.table()).cursor(keys.keyGroup(), keys.key())
                  : store.ordered(state.table()).cursor(keys.keyGroup())) {
            while (cursor.next()) {
              count++;
            }
          }
        } else {
          count++;
        }
      }
    }
    return count;
  }

  private StateTable table(Registered state) {
    int table = state.table();
    if (state.isTimers()) {
      return store.ordered(table);
    }
    return state.isMap()
        ? store.maps(table)
        : state.isList() ? store.lists(table) : store.values(table);
  }
}
