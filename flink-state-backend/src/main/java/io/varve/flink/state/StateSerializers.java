package io.varve.flink.state;

import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;

/** How a state's namespaces and values are serialized today, and the value that stands for none. */
record StateSerializers<N, V>(
    TypeSerializer<N> namespaces, TypeSerializer<V> values, V defaultValue) {

  static <N, V> StateSerializers<N, V> of(
      StateDescriptor<?, V> descriptor, RegisteredKeyValueStateBackendMetaInfo<N, V> info) {
    return new StateSerializers<>(
        info.getNamespaceSerializer(), info.getStateSerializer(), descriptor.getDefaultValue());
  }
}
