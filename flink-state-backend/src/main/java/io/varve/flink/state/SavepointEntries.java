package io.varve.flink.state;

import io.varve.state.ByteSpan;
import io.varve.state.SnapshotEntries;
import io.varve.state.StateSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * A snapshot as a savepoint in the canonical format takes it: all entries by key group, then by
 * state, with Flink's composite keys.
 *
 * <p>Thread: made by the task's, read by another.
 */
final class SavepointEntries<K> implements FullSnapshotResources<K> {

  private static final byte[] NOTHING = {};

  private final StateSnapshot snapshot;
  private final States.Snapshot states;
  private final KeyGroupRange keyGroups;
  private final TypeSerializer<K> keySerializer;
  private final StreamCompressionDecorator compression;
  private final int prefixBytes;

  SavepointEntries(
      StateSnapshot snapshot,
      States.Snapshot states,
      KeyGroupRange keyGroups,
      TypeSerializer<K> keySerializer,
      StreamCompressionDecorator compression,
      int numberOfKeyGroups) {
    this.snapshot = snapshot;
    this.states = states;
    this.keyGroups = keyGroups;
    this.keySerializer = keySerializer;
    this.compression = compression;
    this.prefixBytes =
        CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(numberOfKeyGroups);
  }

  @Override
  public List<StateMetaInfoSnapshot> getMetaInfoSnapshots() {
    return states.infos();
  }

  @Override
  public KeyValueStateIterator createKVStateIterator() {
    snapshot.await();
    return new Entries(
        snapshot.entries(
            states.tables(States.Kind.VALUE),
            states.tables(States.Kind.LIST),
            states.tables(States.Kind.MAP, States.Kind.TIMERS)));
  }

  @Override
  public KeyGroupRange getKeyGroupRange() {
    return keyGroups;
  }

  @Override
  public TypeSerializer<K> getKeySerializer() {
    return keySerializer;
  }

  @Override
  public StreamCompressionDecorator getStreamCompressionDecorator() {
    return compression;
  }

  @Override
  public void release() {
    snapshot.close();
  }

  private final class Entries implements KeyValueStateIterator {

    private final SnapshotEntries entries;

    /** For each table, the number of its state in the savepoint, and its kind. */
    private final Map<Integer, Integer> stateOfTable = new HashMap<>();

    private final byte[] prefix = new byte[prefixBytes];
    private boolean valid;
    private int keyGroup = -1;
    private int state = -1;
    private boolean newKeyGroup;
    private boolean newState;

    Entries(SnapshotEntries entries) {
      this.entries = entries;
      for (int i = 0; i < states.states().size(); i++) {
        stateOfTable.put(states.states().get(i).table(), i);
      }
      next();
    }

    @Override
    public void next() {
      valid = entries.next();
      if (valid) {
        int nextState = stateOfTable.get(entries.table());
        newKeyGroup = keyGroup != entries.keyGroup();
        newState = newKeyGroup || state != nextState;
        keyGroup = entries.keyGroup();
        state = nextState;
      }
    }

    @Override
    public boolean isValid() {
      return valid;
    }

    @Override
    public int keyGroup() {
      return keyGroup;
    }

    @Override
    public int kvStateId() {
      return state;
    }

    @Override
    public boolean isNewKeyValueState() {
      return newState;
    }

    @Override
    public boolean isNewKeyGroup() {
      return newKeyGroup;
    }

    private States.Kind kind() {
      return states.states().get(state).kind();
    }

    @Override
    public byte[] key() {
      ByteSpan key = entries.key();
      ByteSpan userKey = entries.userKey();
      boolean hasUserKey = kind() == States.Kind.MAP || kind() == States.Kind.TIMERS;
      int userLength = hasUserKey ? userKey.length() : 0;
      byte[] composite = new byte[prefixBytes + key.length() + userLength];
      CompositeKeySerializationUtils.serializeKeyGroup(keyGroup, prefix);
      System.arraycopy(prefix, 0, composite, 0, prefixBytes);
      System.arraycopy(key.array(), key.offset(), composite, prefixBytes, key.length());
      if (hasUserKey) {
        System.arraycopy(
            userKey.array(), userKey.offset(), composite, prefixBytes + key.length(), userLength);
      }
      return composite;
    }

    @Override
    public byte[] value() {
      return switch (kind()) {
        case LIST -> TableListState.delimited(entries.value());
        case TIMERS -> NOTHING;
        case VALUE, MAP -> entries.value().toArray();
      };
    }

    @Override
    public void close() {
      // The snapshot is closed with the resources.
    }
  }
}
