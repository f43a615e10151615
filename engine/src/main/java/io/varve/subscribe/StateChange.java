package io.varve.subscribe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.event.StreamPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What of a subscription's state is written in one step.
 *
 * <pre>
 * s                                        i32 format version, 16 bytes id of the store, what it covers
 * c stream 0 generation partition          cursor
 * r stream 0 generation partition offset   tries
 * d stream 0 generation partition          i64 dead letters with lower offsets are covered
 * </pre>
 *
 * <p>Thread: confined to one at a time.
 */
public final class StateChange {

  static final byte SUBSCRIPTION = 's';
  static final byte CURSOR = 'c';
  static final byte RETRY = 'r';
  static final byte DEAD = 'd';

  static final int FORMAT_VERSION = 1;

  private final List<byte[]> keys = new ArrayList<>();
  private final List<byte @Nullable []> values = new ArrayList<>();

  /** Takes a record as it stands elsewhere. */
  public void put(byte[] key, byte[] value) {
    keys.add(key);
    values.add(value);
  }

  /** What it covers, as {@link SubscriptionState#covers}. */
  public void subscription(UUID storeId, List<String> covers) {
    byte[] text = String.join("\n", covers).getBytes(UTF_8);
    ByteBuffer value = ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES + text.length);
    value.putInt(FORMAT_VERSION);
    value.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
    put(new byte[] {SUBSCRIPTION}, value.put(text).array());
  }

  public void cursor(StreamPartition log, SavedCursor cursor) {
    put(key(CURSOR, log, 0).array(), cursor.encode());
  }

  /** Dead letters with offsets below {@code offset} are of events that cursors cover. */
  public void dead(StreamPartition log, long offset) {
    put(key(DEAD, log, 0).array(), ByteBuffer.allocate(Long.BYTES).putLong(offset).array());
  }

  void retry(StreamPartition log, long offset, SavedRetry retry) {
    put(key(RETRY, log, Long.BYTES).putLong(offset).array(), retry.encode());
  }

  void noRetry(StreamPartition log, long offset) {
    keys.add(key(RETRY, log, Long.BYTES).putLong(offset).array());
    values.add(null);
  }

  private static ByteBuffer key(byte kind, StreamPartition log, int more) {
    byte[] stream = log.stream().getBytes(US_ASCII);
    return ByteBuffer.allocate(2 + stream.length + 2 * Integer.BYTES + more)
        .put(kind)
        .put(stream)
        .put((byte) 0)
        .putInt(log.generation())
        .putInt(log.partition());
  }

  /** Takes a change over. */
  public interface Target<E extends Exception> {

    /**
     * Takes a record.
     *
     * @param value null to delete it
     */
    void record(byte[] key, byte @Nullable [] value) throws E;
  }

  public <E extends Exception> void writeTo(Target<E> target) throws E {
    for (int i = 0; i < keys.size(); i++) {
      target.record(keys.get(i), values.get(i));
    }
  }

  public boolean isEmpty() {
    return keys.isEmpty();
  }
}
