package io.varve.flink.state;

import io.varve.state.ByteSpan;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * The bytes of key and namespace, as Flink's composite keys have them, without the key group. The
 * key is serialized once, however many states are asked for it.
 *
 * <p>Thread: the task's.
 */
final class CompositeKey<K> {

  private final TypeSerializer<K> serializer;
  private final boolean keyVariable;
  private final DataOutputSerializer out = new DataOutputSerializer(64);
  private final ByteSpan span = new ByteSpan();

  private K key;
  private int keyGroup;
  private int keyLength = -1;

  CompositeKey(TypeSerializer<K> serializer) {
    this.serializer = serializer;
    this.keyVariable = CompositeKeySerializationUtils.isSerializerTypeVariableSized(serializer);
  }

  void set(K key, int keyGroup) {
    this.key = key;
    this.keyGroup = keyGroup;
    this.keyLength = -1;
  }

  int keyGroup() {
    return keyGroup;
  }

  /** Whether namespaces of that serializer can only be told from keys by lengths between them. */
  boolean ambiguousWith(TypeSerializer<?> namespaces) {
    return keyVariable && CompositeKeySerializationUtils.isSerializerTypeVariableSized(namespaces);
  }

  /** The key's bytes with a namespace; good until the next call. */
  <N> ByteSpan with(N namespace, TypeSerializer<N> namespaces, boolean ambiguous) {
    try {
      if (keyLength < 0) {
        out.clear();
        serializer.serialize(key, out);
        keyLength = out.length();
      }
      out.setPosition(keyLength);
      if (ambiguous) {
        CompositeKeySerializationUtils.writeVariableIntBytes(keyLength, out);
      }
      CompositeKeySerializationUtils.writeNameSpace(namespace, namespaces, out, ambiguous);
      return span.wrap(out.getSharedBuffer(), 0, out.length());
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize the key " + key, e);
    }
  }
}
