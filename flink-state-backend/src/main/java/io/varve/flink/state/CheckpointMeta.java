package io.varve.flink.state;

import io.varve.state.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;

/**
 * The part of a checkpoint that tells what its files are: Flink's description of the states, the
 * number of each state's table, and the store's own meta, which ends it.
 */
final class CheckpointMeta {

  private CheckpointMeta() {}

  static <K> void write(
      OutputStream to,
      TypeSerializer<K> keySerializer,
      States.Snapshot states,
      StateSnapshot snapshot)
      throws IOException {
    DataOutputViewStreamWrapper out = new DataOutputViewStreamWrapper(to);
    new KeyedBackendSerializationProxy<>(keySerializer, states.infos(), false).write(out);
    for (States.Registered state : states.states()) {
      out.writeInt(state.table());
    }
    out.flush();
    snapshot.writeMeta(to);
  }

  /** What was read; the store's meta is what is left in the stream. */
  record Read<K>(KeyedBackendSerializationProxy<K> states, int[] tables) {}

  static <K> Read<K> read(InputStream from, ClassLoader classLoader) throws IOException {
    DataInputViewStreamWrapper in = new DataInputViewStreamWrapper(from);
    KeyedBackendSerializationProxy<K> states = new KeyedBackendSerializationProxy<>(classLoader);
    states.read(in);
    int[] tables = new int[states.getStateMetaInfoSnapshots().size()];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = in.readInt();
    }
    return new Read<>(states, tables);
  }
}
