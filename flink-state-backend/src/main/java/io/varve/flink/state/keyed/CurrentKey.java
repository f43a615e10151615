package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The key that a subtask works on, serialized once, and with it the namespace of the state that was
 * used last.
 *
 * <p>Key and namespace stand together as in canonical savepoints, without the key group in front.
 *
 * <p>Thread: confined to its user.
 */
public final class CurrentKey<K> {

  private final TypeSerializer<K> serializer;
  private final boolean variable;
  private final DataOutputSerializer out = new DataOutputSerializer(64);
  private final ByteSpan composed = new ByteSpan();
  private int keyGroup = -1;
  private int keyEnd;
  private @Nullable Object composedFor;

  public CurrentKey(TypeSerializer<K> serializer) {
    this.serializer = serializer;
    this.variable = CompositeKeySerializationUtils.isSerializerTypeVariableSized(serializer);
  }

  void set(K key, int keyGroup) {
    try {
      out.clear();
      this.keyGroup = -1;
      composedFor = null;
      serializer.serialize(key, out);
      keyEnd = out.length();
      this.keyGroup = keyGroup;
    } catch (IOException e) {
      throw new FlinkRuntimeException("Cannot serialize the key " + key, e);
    }
  }

  int keyGroup() {
    if (keyGroup < 0) {
      throw new NullPointerException("No key is set: keyed state needs a keyed context");
    }
    return keyGroup;
  }

  /** Whether {@link #with} was last called for that user, and no key has been set since. */
  boolean isFor(Object user) {
    return composedFor == user;
  }

  /** What the last {@link #with} returned. */
  ByteSpan composed() {
    return composed;
  }

  /** The key with a namespace; good until the next call of {@link #set} or of this. */
  <N> ByteSpan with(Object user, N namespace, TypeSerializer<N> namespaceSerializer) {
    keyGroup();
    try {
      composedFor = null;
      out.setPosition(keyEnd);
      boolean ambiguous =
          variable
              && CompositeKeySerializationUtils.isSerializerTypeVariableSized(namespaceSerializer);
      if (ambiguous) {
        CompositeKeySerializationUtils.writeVariableIntBytes(keyEnd, out);
      }
      CompositeKeySerializationUtils.writeNameSpace(namespace, namespaceSerializer, out, ambiguous);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Cannot serialize the namespace " + namespace, e);
    }
    composedFor = user;
    return composed.wrap(out.getSharedBuffer(), 0, out.length());
  }
}
