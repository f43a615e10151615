package io.varve.flink.state.snapshot;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.state.StateSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * The stream of metadata of a checkpoint, big-endian:
 *
 * <pre>
 * u32 magic, i32 format version, i32 bytes of what follows before the store's metadata, u32 CRC32C
 * what Flink knows of serializers and states, in its format;  for each state: i32 table
 * the store's own metadata, to the end
 * </pre>
 *
 * <p>Nothing is made of what Flink knows before its checksum is found right.
 *
 * <p>Thread: immutable.
 */
public final class CheckpointMeta {

  private static final int MAGIC = 0x56_46_53_42; // VFSB
  private static final int FORMAT_VERSION = 1;

  /** Metadata of Flink's own backends begins with the version of its format, in 4 bytes. */
  private static final int FLINK_VERSION_MAX = 255;

  private static final int HEAD_BYTES = 16;

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
    writeStates(keySerializer, to);
    snapshot.writeMeta(to);
  }

  /** Writes all but the store's metadata. */
  void writeStates(TypeSerializer<?> keySerializer, OutputStream to) throws IOException {
    ByteArrayOutputStream known = new ByteArrayOutputStream();
    DataOutputViewStreamWrapper out = new DataOutputViewStreamWrapper(known);
    new KeyedBackendSerializationProxy<>(keySerializer, states, false).write(out);
    for (int table : tables) {
      out.writeInt(table);
    }
    out.flush();
    byte[] bytes = known.toByteArray();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    head.putInt(MAGIC).putInt(FORMAT_VERSION).putInt(bytes.length).putInt(checksum(bytes));
    to.write(head.array());
    to.write(bytes);
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
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
    DataInputViewStreamWrapper in = new DataInputViewStreamWrapper(checked(from, name));
    KeyedBackendSerializationProxy<K> proxy = new KeyedBackendSerializationProxy<>(classes);
    proxy.read(in);
    keySerializer.check(proxy.getKeySerializerSnapshot());
    List<StateMetaInfoSnapshot> states = proxy.getStateMetaInfoSnapshots();
    List<Integer> tables = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      tables.add(in.readInt());
    }
    return new CheckpointMeta(states, tables);
  }

  /** What Flink knows, and the tables. */
  private static InputStream checked(InputStream from, String name) throws IOException {
    byte[] bytes = from.readNBytes(HEAD_BYTES);
    if (bytes.length < HEAD_BYTES) {
      throw new CorruptionException(
          name, 0, HEAD_BYTES + " bytes at the least", bytes.length + " bytes");
    }
    ByteBuffer head = ByteBuffer.wrap(bytes);
    int magic = head.getInt();
    if (magic > 0 && magic <= FLINK_VERSION_MAX) {
      throw new IOException(
          "The "
              + name
              + " is of another state backend, such as RocksDB, and only that can read it. Start the"
              + " job with that backend, take a savepoint in the canonical format"
              + " (--type canonical), and start the job with this one from the savepoint");
    }
    if (magic != MAGIC) {
      throw new CorruptionException(
          name,
          0,
          "metadata of this state backend, with magic number " + Integer.toHexString(MAGIC),
          Integer.toHexString(magic));
    }
    int version = head.getInt();
    if (version > FORMAT_VERSION) {
      throw new FormatTooNewException(name, version, FORMAT_VERSION);
    }
    int length = head.getInt();
    int expected = head.getInt();
    // Takes no more memory than there are bytes, whatever the length says.
    byte[] known = from.readNBytes(Math.max(0, length));
    if (version < 1 || known.length != length || checksum(known) != expected) {
      throw new CorruptionException(
          name,
          0,
          length + " bytes of metadata with CRC32C " + Integer.toHexString(expected),
          known.length + " bytes with " + Integer.toHexString(checksum(known)));
    }
    return new ByteArrayInputStream(known);
  }
}
