package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.MapCursor;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the entries of a map state, of the key and namespace that were set when it was made.
 * The map may change meanwhile; an entry is shown as it was when the iterator came to it.
 *
 * <p>Thread: the task's.
 */
final class MapEntries<UK, UV> {

  private final StoredMap<?, ?, UK, UV> map;
  private final boolean withKeys;
  private final boolean withValues;
  private final int keyGroup;
  private final ByteSpan key = new ByteSpan();

  /** The last entry's bytes, once the cursor has gone on. */
  private final ByteSpan lastUserKey = new ByteSpan();

  private @Nullable MapCursor cursor;
  private @Nullable Entry next;
  private @Nullable Entry last;

  MapEntries(StoredMap<?, ?, UK, UV> map, boolean withKeys, boolean withValues) {
    this.map = map;
    this.withKeys = withKeys;
    this.withValues = withValues;
    this.keyGroup = map.keyGroup();
    ByteSpan now = map.key();
    this.key.copy(now.array(), now.offset(), now.length());
    map.gate.enter();
    try {
      this.cursor = map.table.cursor(keyGroup, key);
    } finally {
      map.gate.exit();
    }
  }

  boolean hasNext() {
    if (next == null && cursor != null) {
      if (last != null) {
        ByteSpan userKey = cursor.userKey();
        lastUserKey.copy(userKey.array(), userKey.offset(), userKey.length());
      }
      map.gate.enter();
      try {
        if (cursor.next()) {
          next =
              new Entry(
                  withKeys ? map.userKey(cursor.userKey()) : null,
                  withValues ? map.userValue(cursor.value()) : null);
        } else {
          cursor.close();
          cursor = null;
        }
      } catch (IOException e) {
        throw new FlinkRuntimeException("Cannot deserialize an entry of a map state", e);
      } finally {
        map.gate.exit();
      }
    }
    return next != null;
  }

  Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The map has no more entries");
    }
    Entry entry = Objects.requireNonNull(next);
    next = null;
    last = entry;
    return entry;
  }

  void remove() {
    Entry entry = last;
    if (entry == null || entry.removed) {
      throw new IllegalStateException("remove() takes the entry that next() has returned, once");
    }
    entry.removed = true;
    map.gate.enter();
    try {
      if (isAtLast()) {
        Objects.requireNonNull(cursor).remove();
      } else {
        map.table.remove(keyGroup, key, lastUserKey);
      }
    } finally {
      map.gate.exit();
    }
  }

  /** Whether the cursor hasn't gone on since the last entry. */
  private boolean isAtLast() {
    return cursor != null && next == null;
  }

  /** An entry of its own: it stays what it is when the iterator goes on. */
  final class Entry implements Map.Entry<UK, UV> {

    private final @Nullable UK userKey;
    private @Nullable UV userValue;
    private boolean removed;

    Entry(@Nullable UK userKey, @Nullable UV userValue) {
      this.userKey = userKey;
      this.userValue = userValue;
    }

    @Override
    @SuppressWarnings("NullAway") // null if the user's key was
    public UK getKey() {
      return userKey;
    }

    @Override
    @SuppressWarnings("NullAway") // null if the user's value was
    public UV getValue() {
      return userValue;
    }

    @Override
    // Null if the user's value was; whether it is that very entry.
    @SuppressWarnings({"NullAway", "ReferenceEquality"})
    public UV setValue(UV value) {
      if (removed) {
        throw new IllegalStateException("The entry has been removed");
      }
      UV before = userValue;
      try {
        ByteSpan bytes = map.writeUserValue(value);
        map.gate.enter();
        try {
          if (this == last && isAtLast()) {
            Objects.requireNonNull(cursor).set(bytes);
          } else {
            // Both are serialized into one buffer, so the value moves out of the key's way.
            ByteSpan kept = new ByteSpan().copy(bytes.array(), bytes.offset(), bytes.length());
            map.table.put(keyGroup, key, map.writeUserKey(userKey), kept);
          }
        } finally {
          map.gate.exit();
        }
      } catch (IOException e) {
        throw new FlinkRuntimeException("Cannot serialize an entry of a map state", e);
      }
      userValue = value;
      return before;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Map.Entry<?, ?> that
          && Objects.equals(userKey, that.getKey())
          && Objects.equals(userValue, that.getValue());
    }

    @Override
    public int hashCode() {
      return Objects.hashCode(userKey) ^ Objects.hashCode(userValue);
    }

    @Override
    public String toString() {
      return userKey + "=" + userValue;
    }
  }

  record OfEntries<UK, UV>(MapEntries<UK, UV> all) implements Iterator<Map.Entry<UK, UV>> {
    @Override
    public boolean hasNext() {
      return all.hasNext();
    }

    @Override
    public Map.Entry<UK, UV> next() {
      return all.next();
    }

    @Override
    public void remove() {
      all.remove();
    }
  }

  record OfKeys<UK, UV>(MapEntries<UK, UV> all) implements Iterator<UK> {
    @Override
    public boolean hasNext() {
      return all.hasNext();
    }

    @Override
    public UK next() {
      return all.next().getKey();
    }

    @Override
    public void remove() {
      all.remove();
    }
  }

  record OfValues<UK, UV>(MapEntries<UK, UV> all) implements Iterator<UV> {
    @Override
    public boolean hasNext() {
      return all.hasNext();
    }

    @Override
    public UV next() {
      return all.next().getValue();
    }

    @Override
    public void remove() {
      all.remove();
    }
  }
}
