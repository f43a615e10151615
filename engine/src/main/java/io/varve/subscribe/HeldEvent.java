package io.varve.subscribe;

import io.varve.event.Event;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import org.jspecify.annotations.Nullable;

/**
 * An event that has been read and is not acknowledged.
 *
 * <p>Thread: what doesn't change is safe; the rest is guarded by the subscription's lock.
 */
public final class HeldEvent {

  enum State {
    /** An earlier event with its key is not acknowledged. */
    BEHIND,
    /** In the queue of those to be delivered. */
    READY,
    /** With a consumer, until it is too late. */
    OUT,
    /** It waits until it may be tried again. */
    DELAYED,
    /** On its way to the dead letters. */
    DYING,
    /** Acknowledged, or a dead letter. */
    SETTLED
  }

  private static final int OVERHEAD_BYTES = 256;

  final LogCursor cursor;
  final boolean keyed;
  final long keyHash;
  final int bytes;
  private final Event event;

  State state = State.BEHIND;
  // How often it has been handed out, by which a delivery knows whether it is the last one.
  long token;
  int tries;
  @Nullable String reason;
  @Nullable Object consumer;

  /** When it is too late, or when it may be tried again. */
  long atNanos;

  long retryAtMs;
  long retryDelayMs;
  boolean retrySaved;
  boolean retryChanged;

  int place = -1;
  @Nullable HeldEvent before;
  @Nullable HeldEvent after;
  @Nullable HeldEvent nextOfKey;

  private HeldEvent(LogCursor cursor, Event event, boolean keyed, long keyHash) {
    this.cursor = cursor;
    this.event = event;
    this.keyed = keyed;
    this.keyHash = keyHash;
    this.bytes =
        (int)
            Math.min(
                Integer.MAX_VALUE,
                OVERHEAD_BYTES
                    + (long) Math.max(0, event.keyLength())
                    + Math.max(0, event.valueLength()));
  }

  /**
   * An event that was just read. Keys are told apart by 64 bits of their hash: if two have the same
   * by chance, they wait for each other as one key's events do.
   */
  public static HeldEvent of(LogCursor cursor, Event event, KeyHash hash) {
    byte[] key = event.key();
    if (key == null) {
      return new HeldEvent(cursor, event, false, 0);
    }
    hash.of(event.keyEncoding(), key, key.length);
    return new HeldEvent(cursor, event, true, hash.low());
  }

  public Event event() {
    return event;
  }

  public StreamPartition log() {
    return cursor.log();
  }

  /** What it counts for in the bound of bytes. */
  public int bytes() {
    return bytes;
  }

  /** How many of its deliveries have failed. */
  public int tries() {
    return tries;
  }

  /** Why the last one failed, if it did. */
  public @Nullable String reason() {
    return reason;
  }

  /** Tells its latest delivery from earlier ones. */
  public long token() {
    return token;
  }
}
