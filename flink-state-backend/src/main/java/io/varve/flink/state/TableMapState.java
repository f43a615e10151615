package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.MapCursor;
import io.varve.state.MapTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.queryablestate.client.state.serialization.KvStateSerializer;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.StateMigrationException;

/**
 * A map a key and namespace, in a table of maps, in the order of the user keys' bytes. A value is
 * preceded by a byte that says whether it is null.
 */
final class TableMapState<K, N, UK, UV> extends TableState<K, N, Map<UK, UV>, MapTable>
    implements InternalMapState<K, N, UK, UV> {

  private TypeSerializer<UK> userKeySerializer;
  private TypeSerializer<UV> userValueSerializer;

  private final DataOutputSerializer userKeyOut = new DataOutputSerializer(32);
  private final ByteSpan userKeySpan = new ByteSpan();

  TableMapState(
      VarveKeyedStateBackend<K> backend,
      MapTable table,
      StateSerializers<N, Map<UK, UV>> serializers) {
    super(backend, table, serializers);
  }

  @Override
  void update(StateSerializers<N, Map<UK, UV>> serializers) {
    super.update(serializers);
    MapSerializer<UK, UV> map = (MapSerializer<UK, UV>) serializers.values();
    userKeySerializer = map.getKeySerializer();
    userValueSerializer = map.getValueSerializer();
  }

  @Override
  public UV get(UK userKey) {
    return table.get(keyGroup(), key(), bytes(userKey), found)
        ? value(found, userValueSerializer)
        : null;
  }

  @Override
  public void put(UK userKey, UV value) {
    ByteSpan bytes = bytesOfValue(value);
    table.put(keyGroup(), key(), bytes(userKey), bytes);
  }

  @Override
  public void putAll(Map<UK, UV> map) {
    if (map != null) {
      map.forEach(this::put);
    }
  }

  @Override
  public void remove(UK userKey) {
    table.remove(keyGroup(), key(), bytes(userKey));
  }

  @Override
  public boolean contains(UK userKey) {
    return table.contains(keyGroup(), key(), bytes(userKey));
  }

  @Override
  public boolean isEmpty() {
    return !table.contains(keyGroup(), key());
  }

  private ByteSpan bytes(UK userKey) {
    try {
      userKeyOut.clear();
      userKeySerializer.serialize(userKey, userKeyOut);
      return userKeySpan.wrap(userKeyOut.getSharedBuffer(), 0, userKeyOut.length());
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize a key of a map", e);
    }
  }

  private ByteSpan bytesOfValue(UV value) {
    try {
      out.clear();
      out.writeBoolean(value == null);
      if (value != null) {
        userValueSerializer.serialize(value, out);
      }
      return written();
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't serialize a value of a map", e);
    }
  }

  private UK userKey(ByteSpan bytes) {
    try {
      in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
      return userKeySerializer.deserialize(in);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't deserialize a key of a map", e);
    }
  }

  private UV value(ByteSpan bytes, TypeSerializer<UV> serializer) {
    try {
      in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
      return in.readBoolean() ? null : serializer.deserialize(in);
    } catch (IOException e) {
      throw new FlinkRuntimeException("Can't deserialize a value of a map", e);
    }
  }

  // ---- going through a map

  @Override
  public Iterator<Map.Entry<UK, UV>> iterator() {
    return new Entries();
  }

  @Override
  public Iterable<Map.Entry<UK, UV>> entries() {
    return Entries::new;
  }

  @Override
  public Iterable<UK> keys() {
    return () ->
        new Mapped<UK>() {
          @Override
          public UK next() {
            return entries.next().getKey();
          }
        };
  }

  @Override
  public Iterable<UV> values() {
    return () ->
        new Mapped<UV>() {
          @Override
          public UV next() {
            return entries.next().getValue();
          }
        };
  }

  private abstract class Mapped<R> implements Iterator<R> {
    final Entries entries = new Entries();

    @Override
    public boolean hasNext() {
      return entries.hasNext();
    }

    @Override
    public void remove() {
      entries.remove();
    }
  }

  /** The entries of the map that was current when this was made. */
  private final class Entries implements Iterator<Map.Entry<UK, UV>> {

    private final int keyGroup = keyGroup();
    private final ByteSpan key = new ByteSpan().wrap(key().toArray());
    private final MapCursor cursor = table.cursor(keyGroup, key);
    private boolean ahead;
    private boolean ended;
    private Entry next;
    private Entry last;

    @Override
    public boolean hasNext() {
      if (!ahead && !ended) {
        if (cursor.next()) {
          ahead = true;
          next = new Entry(cursor.userKey(), cursor.value(), keyGroup, key);
        } else {
          ended = true;
          cursor.close();
        }
      }
      return ahead;
    }

    @Override
    public Map.Entry<UK, UV> next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      ahead = false;
      last = next;
      return next;
    }

    @Override
    public void remove() {
      if (last == null) {
        throw new IllegalStateException("next() comes first");
      }
      last.remove();
      last = null;
    }
  }

  private final class Entry implements Map.Entry<UK, UV> {

    private final int keyGroup;
    private final ByteSpan mapKey;
    private final byte[] userKeyBytes;
    private final UK key;
    private UV value;

    Entry(ByteSpan userKey, ByteSpan value, int keyGroup, ByteSpan mapKey) {
      this.keyGroup = keyGroup;
      this.mapKey = mapKey;
      this.userKeyBytes = userKey.toArray();
      this.key = userKey(userKey);
      this.value = value(value, userValueSerializer);
    }

    void remove() {
      table.remove(keyGroup, mapKey, new ByteSpan().wrap(userKeyBytes));
    }

    @Override
    public UK getKey() {
      return key;
    }

    @Override
    public UV getValue() {
      return value;
    }

    @Override
    public UV setValue(UV value) {
      UV before = this.value;
      this.value = value;
      table.put(keyGroup, mapKey, new ByteSpan().wrap(userKeyBytes), bytesOfValue(value));
      return before;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Map.Entry<?, ?> that
          && java.util.Objects.equals(key, that.getKey())
          && java.util.Objects.equals(value, that.getValue());
    }

    @Override
    public int hashCode() {
      return java.util.Objects.hashCode(key) ^ java.util.Objects.hashCode(value);
    }

    @Override
    public String toString() {
      return key + "=" + value;
    }
  }

  @Override
  protected byte[] serialized(
      int keyGroup, ByteSpan key, TypeSerializer<Map<UK, UV>> safeValueSerializer)
      throws IOException {
    MapSerializer<UK, UV> serializer = (MapSerializer<UK, UV>) safeValueSerializer;
    Map<UK, UV> map = new HashMap<>();
    DataInputDeserializer bytes = new DataInputDeserializer();
    try (MapCursor cursor = table.cursor(keyGroup, key)) {
      while (cursor.next()) {
        ByteSpan user = cursor.userKey();
        bytes.setBuffer(user.array(), user.offset(), user.length());
        UK userKey = serializer.getKeySerializer().deserialize(bytes);
        ByteSpan value = cursor.value();
        bytes.setBuffer(value.array(), value.offset(), value.length());
        map.put(
            userKey,
            bytes.readBoolean() ? null : serializer.getValueSerializer().deserialize(bytes));
      }
    }
    return map.isEmpty()
        ? null
        : KvStateSerializer.serializeMap(
            map.entrySet(), serializer.getKeySerializer(), serializer.getValueSerializer());
  }

  @Override
  void migrate(
      int keyGroup,
      ByteSpan key,
      TtlAwareSerializer<Map<UK, UV>, ?> before,
      TtlAwareSerializer<Map<UK, UV>, ?> now,
      TtlTimeProvider time)
      throws StateMigrationException {
    TtlAwareSerializer<UV, ?> from =
        ((TtlAwareSerializer.TtlAwareMapSerializer<UK, UV>) before).getValueSerializer();
    TtlAwareSerializer<UV, ?> to =
        ((TtlAwareSerializer.TtlAwareMapSerializer<UK, UV>) now).getValueSerializer();
    try (MapCursor cursor = table.cursor(keyGroup, key)) {
      while (cursor.next()) {
        ByteSpan value = cursor.value();
        in.setBuffer(value.array(), value.offset(), value.length());
        out.clear();
        boolean isNull = in.readBoolean();
        out.writeBoolean(isNull);
        if (!isNull) {
          Migration.value(from, to, in, out, time);
        }
        cursor.set(written());
      }
    } catch (IOException e) {
      throw new StateMigrationException("Can't write a map in the form of its new serializer", e);
    }
  }
}
