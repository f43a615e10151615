package io.varve.flink.source.split;

import io.varve.base.BadSettingException;
import io.varve.event.StreamPartition;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The bytes of logs and splits in a checkpoint. */
final class SplitBytes {

  /** Fewest bytes that a log takes. */
  static final int LOG_BYTES_MIN = 2 + 1 + 4 + 4;

  /** Fewest bytes that a split takes. */
  static final int SPLIT_BYTES_MIN = LOG_BYTES_MIN + 5 * 8;

  private SplitBytes() {}

  static void writeLog(StreamPartition log, DataOutputSerializer out) throws IOException {
    out.writeUTF(log.stream());
    out.writeInt(log.generation());
    out.writeInt(log.partition());
  }

  static StreamPartition readLog(DataInputDeserializer in) throws IOException {
    try {
      return new StreamPartition(in.readUTF(), in.readInt(), in.readInt());
    } catch (BadSettingException e) {
      throw new IOException("Damaged source state: a log that can't be: " + e.getMessage(), e);
    }
  }

  static void writeSplit(LogSplit split, DataOutputSerializer out) throws IOException {
    writeLog(split.log(), out);
    out.writeLong(split.first());
    out.writeLong(split.next());
    out.writeLong(split.stop());
    out.writeLong(split.fromTimeMs());
    out.writeLong(split.toTimeMs());
  }

  static LogSplit readSplit(DataInputDeserializer in) throws IOException {
    StreamPartition log = readLog(in);
    try {
      return new LogSplit(
          log, in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
    } catch (IllegalArgumentException e) {
      throw new IOException("Damaged source state: " + e.getMessage(), e);
    }
  }

  /** Reads how many things of at least {@code bytesMin} bytes follow. */
  static int readCount(DataInputDeserializer in, int bytesMin, String what) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available() / bytesMin) {
      throw new IOException(
          "Damaged source state: "
              + count
              + " "
              + what
              + " in "
              + in.available()
              + " bytes; expected at least "
              + bytesMin
              + " bytes for each");
    }
    return count;
  }

  static void checkVersion(int version, int known, String what) throws IOException {
    if (version != known) {
      throw new IOException(
          "The state of "
              + what
              + " has format version "
              + version
              + ", but this Varve reads version "
              + known
              + ". Use the Varve that wrote the checkpoint, or a later one");
    }
  }

  static void checkEnd(DataInputDeserializer in, String what) throws IOException {
    if (in.available() > 0) {
      throw new IOException(
          "Damaged source state: " + in.available() + " bytes behind the end of " + what);
    }
  }
}
