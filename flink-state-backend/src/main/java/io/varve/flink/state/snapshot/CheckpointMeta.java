package io.varve.flink.state.snapshot;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.state.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * The stream of metadata of a checkpoint: what Flink knows of serializers and states, in its
 * format; behind it a magic number, the version of the rest, and the number of each state's table;
 * and behind that the store's own metadata, to the end.
 *
 * <p>Thread: immutable.
 */
public final class CheckpointMeta {

  private static final int MAGIC = 0x56_46_53_42; // VFSB
  private static final int FORMAT_VERSION = 1;

  private final List<StateMetaInfoSnapshot> states;
  private final List<Integer> tables;

  private CheckpointMeta(List<StateMetaInfoSnapshot> states, List<Integer> tables) {
    this.states = states;
    this.tables = tables;
  }

  /** What there is to tell of states now. */
  static CheckpointMeta of(Collection<Registered> registered) {
    List<StateMetaInfoSnapshot> states = new ArrayList<>();
    List<Integer> tables = new ArrayList<>();
    for (Registered state : registered) {
      states.add(state.meta().snapshot());
      tables.add(state.table());
    }
    return new CheckpointMeta(states, tables);
  }

  boolean isEmpty() {
    return states.isEmpty();
  }

  public List<StateMetaInfoSnapshot> states() {
    return states;
  }

  /** The tables of the states, in the same order. */
  public List<Integer> tables() {
    return tables;
  }

  void write(TypeSerializer<?> keySerializer, StateSnapshot snapshot, OutputStream to)
      throws IOException {
    DataOutputViewStreamWrapper out = new DataOutputViewStreamWrapper(to);
    new KeyedBackendSerializationProxy<>(keySerializer, states, false).write(out);
    out.writeInt(MAGIC);
    out.writeInt(FORMAT_VERSION);
    for (int table : tables) {
      out.writeInt(table);
    }
    out.flush();
    snapshot.writeMeta(to);
  }

  /** What to do with the key serializer that a checkpoint was written with. */
  public interface KeySerializerCheck<K> {
    void check(TypeSerializerSnapshot<K> prior) throws Exception;
  }

  /**
   * Reads up to the store's metadata, at which the stream then stands.
   *
   * @param name what the stream is called in errors
   */
  public static <K> CheckpointMeta read(
      InputStream from, String name, ClassLoader classes, KeySerializerCheck<K> keySerializer)
      throws Exception {
    DataInputViewStreamWrapper in = new DataInputViewStreamWrapper(from);
    KeyedBackendSerializationProxy<K> proxy = new KeyedBackendSerializationProxy<>(classes);
    proxy.read(in);
    keySerializer.check(proxy.getKeySerializerSnapshot());
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new CorruptionException(
          name,
          0,
          "metadata of this state backend, with magic number " + Integer.toHexString(MAGIC),
          Integer.toHexString(magic));
    }
    int version = in.readInt();
    if (version > FORMAT_VERSION) {
      throw new FormatTooNewException(name, version, FORMAT_VERSION);
    }
    List<StateMetaInfoSnapshot> states = proxy.getStateMetaInfoSnapshots();
    List<Integer> tables = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      tables.add(in.readInt());
    }
    return new CheckpointMeta(states, tables);
  }
}
