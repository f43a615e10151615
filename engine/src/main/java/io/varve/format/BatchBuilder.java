package io.varve.format;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Collects events into one batch. Events are packed one behind another; an event is
 *
 * <pre>
 * u8   flags: bits 0-1 timestamp type, 2 headers, 3 message id, 4 due time; others 0
 * u8   shape: bits 0-1 key encoding, 2 key is null, 4-5 value encoding, 6 value is null; others 0
 * var  offset - offset of the event before - 1 (of the first: 0)
 * zig  timestamp - timestamp of the event before (of the first: the timestamp)   unless type NONE
 * var  key length, key                                                          unless null
 * var  value length, value                                                      unless null
 * var  bytes of all headers, then for each: var name length, name (UTF-8), u8 encoding + 4 if null,
 *      var value length, value (unless null)                                     if there are headers
 * var  id length, id                                                            if there is an id
 * zig  due time                                                                 if there is one
 * </pre>
 *
 * where {@code var} is an unsigned LEB128 number of up to ten bytes and {@code zig} a signed one in
 * zigzag form.
 *
 * <p>Thread: confined to one at a time; handed from the appending thread to the writing one.
 */
public final class BatchBuilder {

  private static final int FLAG_TIMESTAMP_TYPE = 3;
  static final int FLAG_HEADERS = 1 << 2;
  static final int FLAG_MESSAGE_ID = 1 << 3;
  static final int FLAG_DUE_TIME = 1 << 4;
  static final int FLAGS_KNOWN = 0x1f;
  static final int SHAPE_KEY_NULL = 1 << 2;
  static final int SHAPE_VALUE_NULL = 1 << 6;
  static final int SHAPE_KNOWN = 0x77;
  static final int HEADER_NULL = 1 << 2;

  /** Bytes that an event needs at most beside its key, value, id and headers. */
  private static final int FIXED_BYTES_MAX = 2 + 10 + 10 + 5 + 5 + 5 + 5 + 10;

  /** A header's room, then the payload: where it need not be compressed, it is written as it is. */
  private ByteBuffer bytes;

  private int end;
  private int count;
  private long baseOffset;
  private long lastOffset;
  private long lastTimestampMs;
  private long minTimestampMs;
  private long maxTimestampMs;

  /**
   * @param bytes room to begin with; a single event that needs more makes it grow
   */
  public BatchBuilder(int bytes) {
    this.bytes = room(bytes);
    clear();
  }

  private static ByteBuffer room(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(BatchHeader.BYTES + bytes))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Makes it empty again, for the next batch. */
  public void clear() {
    bytes.clear();
    end = BatchHeader.BYTES;
    count = 0;
    lastTimestampMs = 0;
    minTimestampMs = Long.MAX_VALUE;
    maxTimestampMs = Long.MIN_VALUE;
  }

  /** The most that an event of these parts can need in a payload; more than an int may hold. */
  public static long bytesMax(
      byte @Nullable [] key, byte @Nullable [] value, Headers headers, byte @Nullable [] id) {
    long need = FIXED_BYTES_MAX;
    need += key == null ? 0 : key.length;
    need += value == null ? 0 : value.length;
    need += id == null ? 0 : id.length;
    for (int i = 0; i < headers.count(); i++) {
      byte[] headerValue = headers.value(i);
      need += 11L + 3L * headers.name(i).length() + (headerValue == null ? 0 : headerValue.length);
    }
    return need;
  }

  /** Whether {@code need} more bytes fit without growing. */
  public boolean hasRoom(long need) {
    return bytes.capacity() - end >= need;
  }

  /**
   * Adds an event. The caller has checked that its offset rises and that {@link #bytesMax} is
   * within {@link BatchHeader#PAYLOAD_BYTES_MAX}.
   *
   * @param need what {@link #bytesMax} says of it
   */
  public void add(
      long offset,
      long timestampMs,
      TimestampType timestampType,
      Encoding keyEncoding,
      byte @Nullable [] key,
      Encoding valueEncoding,
      byte @Nullable [] value,
      Headers headers,
      byte @Nullable [] messageId,
      long dueTimeMs,
      long need) {
    makeRoom(need);
    ByteBuffer to = bytes;
    boolean hasHeaders = !headers.isEmpty();
    int flags =
        timestampType.ordinal()
            | (hasHeaders ? FLAG_HEADERS : 0)
            | (messageId != null ? FLAG_MESSAGE_ID : 0)
            | (dueTimeMs != Event.NOT_DELAYED ? FLAG_DUE_TIME : 0);
    int shape =
        keyEncoding.ordinal()
            | (key == null ? SHAPE_KEY_NULL : 0)
            | valueEncoding.ordinal() << 4
            | (value == null ? SHAPE_VALUE_NULL : 0);
    int at = putStart(to, flags, shape, offset, timestampMs);
    at = putBytes(to, at, key);
    at = putBytes(to, at, value);
    if (hasHeaders) {
      at = putHeaders(to, at, headers);
    }
    at = putBytes(to, at, messageId);
    if (dueTimeMs != Event.NOT_DELAYED) {
      at = putZigzag(to, at, dueTimeMs);
    }
    end = at;
    count++;
  }

  /** The most that an event in one piece can need in a payload, with one header more. */
  public static long bytesMax(PackedEvent event, byte[] header) {
    return (long) FIXED_BYTES_MAX + event.partsBytes() + header.length;
  }

  /**
   * Adds an event that was taken from another batch, with one header more.
   *
   * @param event what it has been, but for what the other parameters say
   * @param header the last of its headers, as it stands in a batch
   * @param need what {@link #bytesMax(PackedEvent, byte[])} says of it
   */
  public void add(
      long offset, long timestampMs, PackedEvent event, byte[] header, long dueTimeMs, long need) {
    makeRoom(need);
    ByteBuffer to = bytes;
    int flags = event.flags() | FLAG_HEADERS | FLAG_DUE_TIME;
    int at = putStart(to, flags, event.shape(), offset, timestampMs);
    byte[] from = event.bytes();
    int next = event.start();
    int length = event.keyAndValueBytes();
    to.put(at, from, next, length);
    at += length;
    next += length;
    length = event.headersBytes();
    at = putVar(to, at, length + header.length);
    to.put(at, from, next, length);
    at += length;
    next += length;
    to.put(at, header);
    at += header.length;
    length = event.idBytes();
    to.put(at, from, next, length);
    end = putZigzag(to, at + length, dueTimeMs);
    count++;
  }

  private void makeRoom(long need) {
    if (!hasRoom(need)) {
      ByteBuffer larger = room(Math.max(payloadBytes() + need, 2L * capacity()));
      larger.put(0, bytes, 0, end);
      bytes = larger;
    }
  }

  /** Puts what an event begins with; returns where its key comes. */
  private int putStart(ByteBuffer to, int flags, int shape, long offset, long timestampMs) {
    int at = end;
    to.putShort(at, (short) (flags | shape << 8));
    at += 2;
    if (count == 0) {
      baseOffset = offset;
      at = putVar(to, at, 0);
    } else {
      at = putVar(to, at, offset - lastOffset - 1);
    }
    lastOffset = offset;
    if ((flags & FLAG_TIMESTAMP_TYPE) != TimestampType.NONE.ordinal()) {
      at = putZigzag(to, at, timestampMs - lastTimestampMs);
      lastTimestampMs = timestampMs;
      minTimestampMs = Math.min(minTimestampMs, timestampMs);
      maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
    }
    return at;
  }

  private static int putHeaders(ByteBuffer to, int from, Headers headers) {
    // The length in front is not known yet: leave five bytes, then close the gap.
    int start = from + 5;
    int at = start;
    for (int i = 0; i < headers.count(); i++) {
      at = putBytes(to, at, headers.name(i).getBytes(StandardCharsets.UTF_8));
      byte[] value = headers.value(i);
      to.put(at++, (byte) (headers.encoding(i).ordinal() | (value == null ? HEADER_NULL : 0)));
      at = putBytes(to, at, value);
    }
    int length = at - start;
    int behindLength = putVar(to, from, length);
    to.put(behindLength, to, start, length);
    return behindLength + length;
  }

  private static int putBytes(ByteBuffer to, int at, byte @Nullable [] value) {
    if (value == null) {
      return at;
    }
    int start = putVar(to, at, value.length);
    to.put(start, value);
    return start + value.length;
  }

  private static int putZigzag(ByteBuffer to, int at, long value) {
    return putVar(to, at, value << 1 ^ value >> 63);
  }

  private static int putVar(ByteBuffer to, int from, long value) {
    int at = from;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      to.put(at++, (byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    to.put(at++, (byte) rest);
    return at;
  }

  /** How much room {@link #encode} needs at most, beside the batch's own. */
  public int encodedBytesMax(Codec codec) {
    return codec == Codec.NONE ? 0 : BatchHeader.BYTES + codec.compressedBytesMax(payloadBytes());
  }

  /**
   * Compresses and checksums the batch. A payload that would not get smaller is kept as it is.
   *
   * @param room a little-endian direct buffer with {@link #encodedBytesMax} bytes
   * @return what to write, from 0 to the limit: {@code room}, or memory of this batch's own, which
   *     stays as it is until the batch is cleared
   */
  public ByteBuffer encode(Codec codec, long epoch, ByteBuffer room) throws IOException {
    int payload = payloadBytes();
    if (codec != Codec.NONE) {
      int compressed =
          codec.compress(bytes.slice(BatchHeader.BYTES, payload), room.clear(), BatchHeader.BYTES);
      if (compressed < payload) {
        return withHeader(room, codec, epoch, compressed);
      }
    }
    return withHeader(bytes.clear(), Codec.NONE, epoch, payload);
  }

  private ByteBuffer withHeader(ByteBuffer to, Codec codec, long epoch, int payload) {
    BatchHeader.encode(to, 0, this, codec, epoch, payload);
    return to.limit(BatchHeader.BYTES + payload);
  }

  public int count() {
    return count;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Bytes collected so far, not compressed. */
  public int payloadBytes() {
    return end - BatchHeader.BYTES;
  }

  /** Bytes of memory that it holds. */
  public int capacity() {
    return bytes.capacity() - BatchHeader.BYTES;
  }

  public long baseOffset() {
    return baseOffset;
  }

  public long lastOffset() {
    return lastOffset;
  }

  public long minTimestampMs() {
    return minTimestampMs;
  }

  public long maxTimestampMs() {
    return maxTimestampMs;
  }
}
