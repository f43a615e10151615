package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.StateTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the keys that one state has entries of. State may change while a stream is read:
 * what stays is shown once, what comes or goes meanwhile once or not at all.
 *
 * <p>Thread: the task's.
 */
final class KeyScan<K, N> {

  private final StateTable table;
  private final StoreGate gate;
  private final TypeSerializer<K> keySerializer;
  private final TypeSerializer<N> namespaceSerializer;
  private final boolean ambiguous;
  private final DataInputDeserializer in = new DataInputDeserializer();

  KeyScan(
      StateTable table,
      StoreGate gate,
      TypeSerializer<K> keySerializer,
      TypeSerializer<N> namespaceSerializer) {
    this.table = table;
    this.gate = gate;
    this.keySerializer = keySerializer;
    this.namespaceSerializer = namespaceSerializer;
    this.ambiguous =
        CompositeKeySerializationUtils.isAmbiguousKeyPossible(keySerializer, namespaceSerializer);
  }

  private interface Decoder<T> {
    /** What to show of the key, or null to pass it over. */
    @Nullable T decode(ByteSpan key) throws IOException;
  }

  /** The keys that have an entry with that namespace. */
  Stream<K> keys(N namespace) {
    byte[] wanted = serialized(namespace);
    return stream(
        key -> {
          K decoded = readKey(key);
          int from = key.offset() + key.length() - in.available();
          boolean matches =
              Arrays.equals(
                  key.array(), from, key.offset() + key.length(), wanted, 0, wanted.length);
          return matches ? decoded : null;
        });
  }

  /** All pairs of key and namespace. */
  Stream<Tuple2<K, N>> keysAndNamespaces() {
    return stream(
        key -> {
          K decoded = readKey(key);
          return Tuple2.of(
              decoded,
              CompositeKeySerializationUtils.readNamespace(namespaceSerializer, in, ambiguous));
        });
  }

  private K readKey(ByteSpan key) throws IOException {
    in.setBuffer(key.array(), key.offset(), key.length());
    return CompositeKeySerializationUtils.readKey(keySerializer, in, ambiguous);
  }

  private byte[] serialized(N namespace) {
    try {
      DataOutputSerializer out = new DataOutputSerializer(16);
      CompositeKeySerializationUtils.writeNameSpace(namespace, namespaceSerializer, out, ambiguous);
      return out.getCopyOfBuffer();
    } catch (IOException e) {
      throw new FlinkRuntimeException("Cannot serialize the namespace " + namespace, e);
    }
  }

  private <T> Stream<T> stream(Decoder<T> decoder) {
    GatedKeys keys = new GatedKeys(table, gate);
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new Decoding<>(keys, decoder), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  private static final class Decoding<T> implements Iterator<T> {

    private final GatedKeys keys;
    private final Decoder<T> decoder;
    private @Nullable T next;

    Decoding(GatedKeys keys, Decoder<T> decoder) {
      this.keys = keys;
      this.decoder = decoder;
    }

    @Override
    public boolean hasNext() {
      try {
        while (next == null && keys.next()) {
          next = decoder.decode(keys.key());
        }
        return next != null;
      } catch (IOException e) {
        throw new FlinkRuntimeException("Cannot deserialize a key of a state", e);
      }
    }

    @Override
    public T next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      T taken = next;
      next = null;
      return taken;
    }
  }
}
