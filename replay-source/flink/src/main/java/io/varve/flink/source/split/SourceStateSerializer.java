package io.varve.flink.source.split;

import io.varve.event.StreamPartition;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The enumerator's state in checkpoints. Thread: safe.
 *
 * <pre>
 * u8   whether the store has been looked into
 * i32  number of known logs,     the logs as in {@link LogSplitSerializer}, each with
 * i64  its end
 * i32  number of pending splits, the splits as there
 * </pre>
 */
public final class SourceStateSerializer implements SimpleVersionedSerializer<SourceState> {

  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(SourceState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64 + 128 * state.known().size());
    out.writeBoolean(state.discovered());
    out.writeInt(state.known().size());
    for (Map.Entry<StreamPartition, Long> log : state.known().entrySet()) {
      SplitBytes.writeLog(log.getKey(), out);
      out.writeLong(log.getValue());
    }
    out.writeInt(state.pending().size());
    for (LogSplit split : state.pending()) {
      SplitBytes.writeSplit(split, out);
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public SourceState deserialize(int version, byte[] serialized) throws IOException {
    SplitBytes.checkVersion(version, VERSION, "the enumerator");
    DataInputDeserializer in = new DataInputDeserializer(serialized);
    try {
      boolean discovered = in.readBoolean();
      int logs = SplitBytes.readCount(in, SplitBytes.LOG_BYTES_MIN + 8, "logs");
      Map<StreamPartition, Long> known = new HashMap<>();
      for (int i = 0; i < logs; i++) {
        known.put(SplitBytes.readLog(in), in.readLong());
      }
      int splits = SplitBytes.readCount(in, SplitBytes.SPLIT_BYTES_MIN, "splits");
      List<LogSplit> pending = new ArrayList<>(splits);
      for (int i = 0; i < splits; i++) {
        pending.add(SplitBytes.readSplit(in));
      }
      SplitBytes.checkEnd(in, "the enumerator's state");
      return new SourceState(discovered, known, pending);
    } catch (EOFException e) {
      throw new IOException(
          "Damaged source state: the enumerator's state ends after " + serialized.length + " bytes",
          e);
    }
  }
}
