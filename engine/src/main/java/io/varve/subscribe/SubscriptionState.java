package io.varve.subscribe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of a subscription as it was saved.
 *
 * <p>Thread: confined to one.
 */
public final class SubscriptionState {

  private final String path;
  private @Nullable UUID storeId;
  private List<String> covers = List.of();
  private final Map<StreamPartition, SavedCursor> cursors = new TreeMap<>(StreamOrder.BY_NAME);
  private final Map<StreamPartition, NavigableMap<Long, SavedRetry>> retries =
      new TreeMap<>(StreamOrder.BY_NAME);
  private final Map<StreamPartition, Long> dead = new TreeMap<>(StreamOrder.BY_NAME);

  /**
   * @param path where it stands, for messages
   */
  public SubscriptionState(String path) {
    this.path = path;
  }

  /**
   * Takes a record in.
   *
   * @throws CorruptionException if it isn't one
   */
  public void add(byte[] key, byte[] value) {
    try {
      ByteBuffer from = ByteBuffer.wrap(key);
      byte kind = from.get();
      if (kind == StateChange.SUBSCRIPTION) {
        subscription(ByteBuffer.wrap(value));
        return;
      }
      StreamPartition log = log(from);
      switch (kind) {
        case StateChange.CURSOR -> cursors.put(log, SavedCursor.decode(value));
        case StateChange.RETRY ->
            retries
                .computeIfAbsent(log, any -> new TreeMap<>())
                .put(from.getLong(), SavedRetry.decode(value));
        case StateChange.DEAD -> dead.put(log, ByteBuffer.wrap(value).getLong());
        default -> throw new IllegalArgumentException("a record of kind " + kind);
      }
    } catch (FormatTooNewException e) {
      throw e;
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | IllegalArgumentException
        | VarveException e) {
      throw new CorruptionException(path, 0, "the state of a subscription", e.toString());
    }
  }

  private void subscription(ByteBuffer value) {
    int version = value.getInt();
    if (version > StateChange.FORMAT_VERSION) {
      throw new FormatTooNewException(path, version, StateChange.FORMAT_VERSION);
    }
    storeId = new UUID(value.getLong(), value.getLong());
    byte[] text = new byte[value.remaining()];
    value.get(text);
    covers = List.of(new String(text, UTF_8).split("\n", -1));
  }

  private static StreamPartition log(ByteBuffer key) {
    int start = key.position();
    int length = 0;
    while (key.get(start + length) != 0) {
      length++;
    }
    byte[] stream = new byte[length];
    key.get(stream).get();
    return new StreamPartition(new String(stream, US_ASCII), key.getInt(), key.getInt());
  }

  /** The store it belongs to; null if there is no state. */
  public @Nullable UUID storeId() {
    return storeId;
  }

  /** The name of a stream, or its logs as {@code stream/generation/partition}. */
  public List<String> covers() {
    return covers;
  }

  public Map<StreamPartition, SavedCursor> cursors() {
    return cursors;
  }

  /** What was saved of failed deliveries of a log, by offset. */
  public NavigableMap<Long, SavedRetry> retries(StreamPartition log) {
    return retries.getOrDefault(log, new TreeMap<>());
  }

  /** Up to where the dead letters of a log are covered by cursors; null if it isn't known. */
  public @Nullable Long dead(StreamPartition log) {
    return dead.get(log);
  }
}
