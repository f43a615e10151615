package io.varve.flink.state;

import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializerSnapshot;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.RegisteredPriorityQueueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.StateMigrationException;

/** Registers states, and decides whether what was restored can be read by their new serializers. */
final class Registration {

  private final States states;

  Registration(States states) {
    this.states = states;
  }

  /** Registers a keyed state; true if what is stored must be written in a new form. */
  @SuppressWarnings("unchecked")
  <N, V> boolean register(
      StateDescriptor<?, V> descriptor, TypeSerializer<N> namespaces, boolean upgradesAllowed)
      throws StateMigrationException {
    TypeSerializer<V> values = descriptor.getSerializer();
    States.Registered known = states.get(descriptor.getName());
    if (known == null) {
      RegisteredKeyValueStateBackendMetaInfo<N, V> info =
          new RegisteredKeyValueStateBackendMetaInfo<>(
              descriptor.getType(),
              descriptor.getName(),
              namespaces,
              values,
              StateSnapshotTransformFactory.noTransform());
      states.put(upgradesAllowed ? info.withSerializerUpgradesAllowed() : info);
      return false;
    }
    RegisteredKeyValueStateBackendMetaInfo<N, V> info =
        (RegisteredKeyValueStateBackendMetaInfo<N, V>) known.info();
    TypeSerializer<N> namespacesBefore = info.getNamespaceSerializer();
    TypeSerializerSchemaCompatibility<N> ofNamespaces = info.updateNamespaceSerializer(namespaces);
    if (ofNamespaces.isCompatibleAfterMigration() || ofNamespaces.isIncompatible()) {
      throw new StateMigrationException(
          "The namespaces of state "
              + descriptor.getName()
              + " can't be read by the new namespace serializer "
              + namespaces
              + "; it must be compatible with "
              + namespacesBefore);
    }
    info.checkStateMetaInfo(descriptor);
    TypeSerializer<V> valuesBefore = info.getStateSerializer();
    TypeSerializerSchemaCompatibility<V> ofValues = info.updateStateSerializer(values);
    if (ofValues.isIncompatible()) {
      throw new StateMigrationException(
          "The new state serializer ("
              + values
              + ") of state "
              + descriptor.getName()
              + " must not be incompatible with the old one ("
              + valuesBefore
              + ").");
    }
    if (!ofValues.isCompatibleAfterMigration()) {
      return false;
    }
    if (descriptor.getType() == StateDescriptor.Type.MAP) {
      checkUserKeys(descriptor.getName(), info);
    }
    return true;
  }

  /** The keys of maps stand in the order of their bytes, so that they can't be written anew. */
  private static void checkUserKeys(String name, RegisteredKeyValueStateBackendMetaInfo<?, ?> info)
      throws StateMigrationException {
    TypeSerializerSnapshot<?> before = info.getPreviousStateSerializerSnapshot();
    if (before instanceof MapSerializerSnapshot<?, ?> map
        && info.getStateSerializer() instanceof MapSerializer<?, ?> now
        && !userKeysReadAsTheyAre(map, now)) {
      throw new StateMigrationException(
          "The new serializer of the keys of map state "
              + name
              + " would have to write them in another form. Only the values of a map can be"
              + " migrated: keep the keys' serializer, or copy the state to one of another name");
    }
  }

  @SuppressWarnings("unchecked")
  private static <U> boolean userKeysReadAsTheyAre(
      MapSerializerSnapshot<?, ?> before, MapSerializer<?, ?> now) {
    TypeSerializerSnapshot<U> keysBefore =
        (TypeSerializerSnapshot<U>) before.getKeySerializerSnapshot();
    TypeSerializer<U> keysNow = (TypeSerializer<U>) now.getKeySerializer();
    return keysNow
        .snapshotConfiguration()
        .resolveSchemaCompatibility(keysBefore)
        .isCompatibleAsIs();
  }

  /** Registers a set of timers and returns the serializer to use. */
  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // Flink asks which object it was
  <T> TypeSerializer<T> registerTimers(
      String name, TypeSerializer<T> elements, boolean upgradesAllowed) {
    States.Registered known = states.get(name);
    if (known != null) {
      RegisteredPriorityQueueStateBackendMetaInfo<T> info =
          (RegisteredPriorityQueueStateBackendMetaInfo<T>) known.info();
      if (info.getPreviousElementSerializer() == elements) {
        return elements;
      }
      if (info.updateElementSerializer(elements).isIncompatible()) {
        throw new FlinkRuntimeException(
            new StateMigrationException(
                "The new priority queue serializer must not be incompatible: the timers "
                    + name
                    + " were written by another one"));
      }
    }
    RegisteredPriorityQueueStateBackendMetaInfo<T> info =
        new RegisteredPriorityQueueStateBackendMetaInfo<>(name, elements);
    states.put(upgradesAllowed ? info.withSerializerUpgradesAllowed() : info);
    return elements;
  }
}
