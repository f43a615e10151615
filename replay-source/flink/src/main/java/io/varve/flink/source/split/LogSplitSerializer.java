package io.varve.flink.source.split;

import java.io.EOFException;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Splits on their way to readers and in checkpoints: log, five numbers. Thread: safe.
 *
 * <pre>
 * UTF  stream (two bytes of length, modified UTF-8)
 * i32  generation      i32  partition
 * i64  first           i64  next        i64  stop
 * i64  from time, ms   i64  to time, ms
 * </pre>
 */
public final class LogSplitSerializer implements SimpleVersionedSerializer<LogSplit> {

  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(LogSplit split) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(128);
    SplitBytes.writeSplit(split, out);
    return out.getCopyOfBuffer();
  }

  @Override
  public LogSplit deserialize(int version, byte[] serialized) throws IOException {
    SplitBytes.checkVersion(version, VERSION, "a split");
    DataInputDeserializer in = new DataInputDeserializer(serialized);
    try {
      LogSplit split = SplitBytes.readSplit(in);
      SplitBytes.checkEnd(in, "a split");
      return split;
    } catch (EOFException e) {
      throw new IOException(
          "Damaged source state: a split ends after " + serialized.length + " bytes", e);
    }
  }
}
