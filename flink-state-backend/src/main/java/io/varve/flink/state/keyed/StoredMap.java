package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.MapCursor;
import io.varve.state.MapTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.queryablestate.client.state.serialization.KvStateSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.jspecify.annotations.Nullable;

/**
 * A map: an entry's key is the serializer's bytes, its value has one byte in front that tells null.
 *
 * <p>Thread: the task's.
 */
final class StoredMap<K, N, UK, UV> extends TableState<K, N, Map<UK, UV>>
    implements InternalMapState<K, N, UK, UV> {

  final MapTable table;
  private TypeSerializer<UK> userKeySerializer;
  private TypeSerializer<UV> userValueSerializer;
  private final ByteSpan userKey = new ByteSpan();

  StoredMap(
      Scope<K> scope,
      RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> registered,
      MapTable table) {
    super(scope, registered);
    this.table = table;
    MapSerializer<UK, UV> serializer = (MapSerializer<UK, UV>) getValueSerializer();
    this.userKeySerializer = serializer.getKeySerializer();
    this.userValueSerializer = serializer.getValueSerializer();
  }

  @Override
  void describe(
      RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> registered,
      StateDescriptor<?, Map<UK, UV>> descriptor) {
    super.describe(registered, descriptor);
    MapSerializer<UK, UV> serializer = (MapSerializer<UK, UV>) getValueSerializer();
    userKeySerializer = serializer.getKeySerializer();
    userValueSerializer = serializer.getValueSerializer();
  }

  @Override
  public @Nullable UV get(UK key) throws IOException {
    writeUserKey(key);
    int keyGroup = keyGroup();
    ByteSpan at = key();
    boolean found;
    gate.enter();
    try {
      found = table.get(keyGroup, at, userKey, read);
    } finally {
      gate.exit();
    }
    return found ? userValue(read) : null;
  }

  @Override
  public boolean contains(UK key) throws IOException {
    writeUserKey(key);
    int keyGroup = keyGroup();
    ByteSpan at = key();
    gate.enter();
    try {
      return table.contains(keyGroup, at, userKey);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void put(UK key, @Nullable UV value) throws IOException {
    writeEntry(key, value);
    int keyGroup = keyGroup();
    ByteSpan at = key();
    gate.enter();
    try {
      table.put(keyGroup, at, userKey, written);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void putAll(@Nullable Map<UK, UV> map) throws IOException {
    if (map != null) {
      for (Map.Entry<UK, UV> entry : map.entrySet()) {
        put(entry.getKey(), entry.getValue());
      }
    }
  }

  @Override
  public void remove(UK key) throws IOException {
    writeUserKey(key);
    int keyGroup = keyGroup();
    ByteSpan at = key();
    gate.enter();
    try {
      table.remove(keyGroup, at, userKey);
    } finally {
      gate.exit();
    }
  }

  @Override
  public boolean isEmpty() {
    int keyGroup = keyGroup();
    ByteSpan at = key();
    gate.enter();
    try {
      return !table.contains(keyGroup, at);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void clear() {
    int keyGroup = keyGroup();
    ByteSpan at = key();
    gate.enter();
    try {
      table.clear(keyGroup, at);
    } finally {
      gate.exit();
    }
  }

  // ---- serializing, into and out of what the last call used

  /** Makes {@link #userKey} the key's bytes. */
  ByteSpan writeUserKey(UK key) throws IOException {
    out.clear();
    userKeySerializer.serialize(key, out);
    return userKey.wrap(out.getSharedBuffer(), 0, out.length());
  }

  /** Makes {@link #written} the value's bytes. */
  ByteSpan writeUserValue(@Nullable UV value) throws IOException {
    out.clear();
    appendUserValue(value);
    return serialized();
  }

  /** Both, one behind the other in one buffer. */
  private void writeEntry(UK key, @Nullable UV value) throws IOException {
    out.clear();
    userKeySerializer.serialize(key, out);
    int keyEnd = out.length();
    appendUserValue(value);
    userKey.wrap(out.getSharedBuffer(), 0, keyEnd);
    written.wrap(out.getSharedBuffer(), keyEnd, out.length() - keyEnd);
  }

  private void appendUserValue(@Nullable UV value) throws IOException {
    out.writeBoolean(value == null);
    if (value != null) {
      userValueSerializer.serialize(value, out);
    }
  }

  UK userKey(ByteSpan bytes) throws IOException {
    in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
    return userKeySerializer.deserialize(in);
  }

  @Nullable UV userValue(ByteSpan bytes) throws IOException {
    in.setBuffer(bytes.array(), bytes.offset(), bytes.length());
    return in.readBoolean() ? null : userValueSerializer.deserialize(in);
  }

  // ---- going through all entries

  @Override
  public Iterable<Map.Entry<UK, UV>> entries() {
    return this::iterator;
  }

  @Override
  public Iterator<Map.Entry<UK, UV>> iterator() {
    return new MapEntries.OfEntries<>(new MapEntries<>(this, true, true));
  }

  @Override
  public Iterable<UK> keys() {
    return () -> new MapEntries.OfKeys<>(new MapEntries<>(this, true, false));
  }

  @Override
  public Iterable<UV> values() {
    return () -> new MapEntries.OfValues<>(new MapEntries<>(this, false, true));
  }

  @Override
  byte @Nullable [] serializedValue(
      int keyGroup, ByteSpan key, TypeSerializer<Map<UK, UV>> safeValueSerializer)
      throws IOException {
    MapSerializer<UK, UV> serializer = (MapSerializer<UK, UV>) safeValueSerializer;
    TypeSerializer<UK> keys = serializer.getKeySerializer();
    TypeSerializer<UV> values = serializer.getValueSerializer();
    Map<UK, UV> map = new HashMap<>();
    DataInputDeserializer bytes = new DataInputDeserializer();
    try (MapCursor cursor = table.cursor(keyGroup, key)) {
      while (cursor.next()) {
        ByteSpan span = cursor.userKey();
        bytes.setBuffer(span.array(), span.offset(), span.length());
        UK userKey = keys.deserialize(bytes);
        span = cursor.value();
        bytes.setBuffer(span.array(), span.offset(), span.length());
        map.put(userKey, bytes.readBoolean() ? null : values.deserialize(bytes));
      }
    }
    return map.isEmpty() ? null : KvStateSerializer.serializeMap(map.entrySet(), keys, values);
  }
}
