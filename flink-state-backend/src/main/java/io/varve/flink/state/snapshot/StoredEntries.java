package io.varve.flink.state.snapshot;

import io.varve.flink.state.keyed.StoredList;
import io.varve.state.ByteSpan;
import io.varve.state.SnapshotEntries;
import io.varve.state.StateSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/**
 * What the store holds, as entries of a canonical savepoint: the key group is put before a key, a
 * map's user key behind it, and the last delimiter of a list is taken away. Threads of its own read
 * ahead.
 *
 * <p>Thread: confined to the savepoint's.
 */
final class StoredEntries implements EntrySource {

  private static final byte[] NOTHING = {};

  private static final int READERS = 2;

  private final ExecutorService readers;
  private final SnapshotEntries entries;
  private final Map<Integer, Integer> stateByTable = new HashMap<>();
  private final List<CanonicalResources.Stored> states;
  private final byte[] prefix;
  private int state;
  private byte[] value = NOTHING;

  StoredEntries(StateSnapshot snapshot, List<CanonicalResources.Stored> states, int prefixBytes) {
    this.states = states;
    this.prefix = new byte[prefixBytes];
    Set<Integer> values = new HashSet<>();
    Set<Integer> lists = new HashSet<>();
    Set<Integer> maps = new HashSet<>();
    for (int i = 0; i < states.size(); i++) {
      CanonicalResources.Stored stored = states.get(i);
      stateByTable.put(stored.table(), i);
      (stored.isMap() || stored.isTimers() ? maps : stored.isList() ? lists : values)
          .add(stored.table());
    }
    this.readers =
        Executors.newFixedThreadPool(
            READERS, new ExecutorThreadFactory("Reading state for a savepoint"));
    this.entries = snapshot.entries(values, lists, maps, readers);
  }

  @Override
  public boolean next() {
    while (entries.next()) {
      state = Objects.requireNonNull(stateByTable.get(entries.table()));
      CanonicalResources.Stored stored = states.get(state);
      if (stored.isList() && entries.value().length() == 0) {
        continue; // all of it has expired
      }
      value =
          stored.isTimers()
              ? NOTHING
              : stored.isList()
                  ? StoredList.withoutLastDelimiter(entries.value())
                  : entries.value().toArray();
      if (stored.transformer() == null) {
        return true;
      }
      byte[] transformed = stored.transformer().filterOrTransform(value);
      if (transformed != null) {
        value = transformed;
        return true;
      }
    }
    return false;
  }

  @Override
  public int keyGroup() {
    return entries.keyGroup();
  }

  @Override
  public int state() {
    return state;
  }

  @Override
  public byte[] key() {
    CompositeKeySerializationUtils.serializeKeyGroup(entries.keyGroup(), prefix);
    CanonicalResources.Stored stored = states.get(state);
    ByteSpan key = entries.key();
    boolean hasUserKey = stored.isMap() || stored.isTimers();
    int userKeyBytes = hasUserKey ? entries.userKey().length() : 0;
    byte[] bytes = new byte[prefix.length + key.length() + userKeyBytes];
    System.arraycopy(prefix, 0, bytes, 0, prefix.length);
    System.arraycopy(key.array(), key.offset(), bytes, prefix.length, key.length());
    if (hasUserKey) {
      ByteSpan userKey = entries.userKey();
      System.arraycopy(
          userKey.array(), userKey.offset(), bytes, prefix.length + key.length(), userKeyBytes);
    }
    return bytes;
  }

  @Override
  public byte[] value() {
    return value;
  }

  @Override
  public void close() {
    entries.close();
    readers.shutdown();
  }
}
