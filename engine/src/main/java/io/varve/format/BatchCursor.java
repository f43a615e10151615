package io.varve.format;

import io.varve.base.CorruptionException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Walks the events of one batch, in place: the view that it shows points into the batch's bytes.
 *
 * <p>The payload's checksum is compared before the first event is shown, so that a length that does
 * not fit means a batch that was written wrong, not one that was damaged; either way it is a {@link
 * CorruptionException} and never an access outside the payload.
 *
 * <p>Thread: confined to one.
 */
public final class BatchCursor implements EventView {

  private static final TimestampType[] TIMESTAMP_TYPES = TimestampType.values();
  private static final Encoding[] ENCODINGS = Encoding.values();
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private static final int TIMESTAMP_MASK = 3;
  private static final int KIND_AND_STEP_BYTES = 3;
  private static final long KIND_AND_STEP = (1 << (8 * KIND_AND_STEP_BYTES)) - 1;
  private static final long NEVER = -1;

  private ByteBuffer decompressed = NOTHING;
  private ByteBuffer payload = NOTHING;
  private String file = "";
  private long batchPosition;
  private long batchLastOffset;
  private int position;
  private int end;
  private int remaining;

  private long offset;
  private long timestampMs;
  private long previousTimestampMs;
  private int flags;
  private int shape;
  private int partsAt;
  private int keyAt;
  private int keyLength;
  private int valueAt;
  private int valueLength;
  private int headersAt;
  private int headersLength;
  private int idAt;
  private int idLength;
  private long dueTimeMs;

  /**
   * What the first bytes of an event are that {@link #decodeLikeLast} decodes: the last one's flags
   * and shape, and the step to the next offset; or {@link #NEVER}.
   */
  private long likeLast = NEVER;

  /** Whether the payload that stands at {@code at} is what its header's checksum says. */
  public static void checkPayload(
      BatchHeader header, ByteBuffer bytes, int at, String file, long position) {
    int found = Checksum.of(bytes, at, header.payloadBytes());
    if (found != header.payloadCrc()) {
      throw new CorruptionException(
          file,
          position,
          "a batch payload with CRC32C " + Fixed64.hex(header.payloadCrc()),
          "CRC32C " + Fixed64.hex(found));
    }
  }

  /**
   * Takes a batch: checks its payload and stands before its first event. {@code bytes} must stay as
   * it is until the next call.
   *
   * @param bytes a direct buffer that holds the whole payload, little-endian
   * @param at where in it the payload begins
   * @param position where in the file the batch begins, for errors
   */
  public void load(BatchHeader header, ByteBuffer bytes, int at, String file, long position) {
    this.remaining = 0;
    this.file = file;
    this.batchPosition = position;
    checkPayload(header, bytes, at, file, position);
    int length = header.uncompressedBytes();
    if (bytes.order() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalArgumentException("expected little-endian bytes, found " + bytes.order());
    }
    if (header.codec() == Codec.NONE) {
      payload = bytes;
      this.position = at;
    } else {
      if (decompressed.capacity() < length) {
        decompressed = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
      }
      try {
        header
            .codec()
            .decompress(bytes, at, header.payloadBytes(), decompressed, header.uncompressedBytes());
      } catch (IOException e) {
        throw corrupt("a payload that decompresses", String.valueOf(e.getMessage()));
      }
      payload = decompressed;
      this.position = 0;
    }
    end = this.position + length;
    remaining = header.count();
    offset = header.baseOffset() - 1;
    batchLastOffset = header.lastOffset();
    previousTimestampMs = 0;
  }

  /**
   * A copy of the batch that was loaded, decompressed and checked, to be loaded again. To be taken
   * before the first {@link #next}.
   */
  public CheckedBatch copy() {
    byte[] events = new byte[end - position];
    payload.get(position, events);
    return new CheckedBatch(
        ByteBuffer.wrap(events).order(ByteOrder.LITTLE_ENDIAN),
        offset + 1,
        batchLastOffset,
        remaining,
        file,
        batchPosition);
  }

  /** Takes a batch and stands before its first event. */
  public void load(CheckedBatch batch) {
    file = batch.file();
    batchPosition = batch.position();
    payload = batch.events();
    position = 0;
    end = payload.limit();
    remaining = batch.count();
    offset = batch.baseOffset() - 1;
    batchLastOffset = batch.lastOffset();
    previousTimestampMs = 0;
  }

  /** Whether the event has this key. */
  public boolean hasKey(Encoding encoding, byte[] key) {
    if (keyLength != key.length || keyEncoding() != encoding) {
      return false;
    }
    for (int i = 0; i < key.length; i++) {
      if (payload.get(keyAt + i) != key[i]) {
        return false;
      }
    }
    return true;
  }

  /** Steps to the next event; false behind the last. */
  public boolean next() {
    if (remaining > 1 && decodeLikeLast()) {
      remaining--;
      if (offset >= batchLastOffset) {
        throw beyond();
      }
      return true;
    }
    if (remaining == 0) {
      return false;
    }
    try {
      decode();
    } catch (IndexOutOfBoundsException e) {
      throw corrupt("events within the payload", "one that runs past its end");
    }
    remaining--;
    boolean last = remaining == 0;
    if (last ? position != end || offset != batchLastOffset : offset >= batchLastOffset) {
      throw beyond();
    }
    return true;
  }

  private CorruptionException beyond() {
    return corrupt(
        "offsets up to " + batchLastOffset + " and " + end + " bytes",
        "offset " + offset + " at " + position);
  }

  /**
   * Decodes what nearly all events are: one of the same {@linkplain #likeLast kind} as the last
   * one, at the next offset, and with numbers of one or two bytes, which are taken out of eight
   * that are read at once. False, with nothing changed, for any other, which {@link #decode} then
   * decodes or refuses.
   */
  private boolean decodeLikeLast() {
    if (end - position < Long.BYTES) {
      return false;
    }
    long word = payload.getLong(position);
    if ((word & KIND_AND_STEP) != likeLast) {
      return false;
    }
    int at = position + KIND_AND_STEP_BYTES;
    word >>>= 8 * KIND_AND_STEP_BYTES;
    int time = shortVar(word);
    if ((word & 0x80) == 0) {
      at++;
      word >>>= 8;
    } else {
      at += 2;
      word >>>= 16;
    }
    int parts = at;
    int key = -1;
    int keyStart = 0;
    if (keyLength >= 0) {
      key = shortVar(word);
      keyStart = at + shortVarBytes(word);
      at = keyStart + key;
      if (time < 0 || key < 0 || end - at < Short.BYTES) {
        return false;
      }
      word = payload.getShort(at);
    }
    int value = shortVar(word);
    at += shortVarBytes(word);
    if (time < 0 || value < 0 || value > end - at) {
      return false;
    }
    offset++;
    previousTimestampMs += time >>> 1 ^ -(time & 1);
    timestampMs = previousTimestampMs;
    partsAt = parts;
    keyAt = keyStart;
    keyLength = key;
    valueAt = at;
    valueLength = value;
    position = at + value;
    return true;
  }

  /** The number that the lowest one or two bytes of a word are, or -1 if it is longer. */
  private static int shortVar(long word) {
    int first = (int) word & 0x7f;
    if ((word & 0x80) == 0) {
      return first;
    }
    return (word & 0x8000) == 0 ? first | (((int) word >>> 1) & 0x3f80) : -1;
  }

  private static int shortVarBytes(long word) {
    return (word & 0x80) == 0 ? 1 : 2;
  }

  private void decode() {
    likeLast = NEVER;
    flags = getByte();
    shape = getByte();
    if ((flags & ~FLAGS_MASK) != 0 || (shape & ~BatchBuilder.SHAPE_KNOWN) != 0) {
      throw corrupt("event flags that are known", flags + " and " + shape);
    }
    long step = getVar();
    long next = offset + step + 1;
    if (step < 0 || next < 0) {
      throw corrupt("an offset that rises", "a step of " + step);
    }
    offset = next;
    int type = flags & 3;
    if (type >= TIMESTAMP_TYPES.length) {
      throw corrupt("a timestamp type that is known", "number " + type);
    }
    if (type == 0) {
      timestampMs = Event.NO_TIMESTAMP;
    } else {
      timestampMs = previousTimestampMs + getZigzag();
      previousTimestampMs = timestampMs;
    }
    partsAt = position;
    keyLength = -1;
    if ((shape & BatchBuilder.SHAPE_KEY_NULL) == 0) {
      keyLength = getLength();
      keyAt = position;
      position += keyLength;
    }
    valueLength = -1;
    if ((shape & BatchBuilder.SHAPE_VALUE_NULL) == 0) {
      valueLength = getLength();
      valueAt = position;
      position += valueLength;
    }
    headersLength = 0;
    if ((flags & BatchBuilder.FLAG_HEADERS) != 0) {
      headersLength = getLength();
      headersAt = position;
      position += headersLength;
    }
    idLength = -1;
    if ((flags & BatchBuilder.FLAG_MESSAGE_ID) != 0) {
      idLength = getLength();
      idAt = position;
      position += idLength;
    }
    dueTimeMs = (flags & BatchBuilder.FLAG_DUE_TIME) != 0 ? getZigzag() : Event.NOT_DELAYED;
    // With a time and a value, perhaps a key, and nothing else.
    boolean likely = type != 0 && valueLength >= 0 && (flags & ~TIMESTAMP_MASK) == 0;
    likeLast = likely ? flags | shape << 8 : NEVER;
  }

  /** How many bytes {@link #pack} needs. */
  public int packedBytes() {
    return PackedEvent.FIXED_BYTES
        + (behindValue() - partsAt)
        + headersLength
        + (behindId() - behindHeaders());
  }

  /** Copies the event, but for offset, timestamp and due time: for {@link PackedEvent#at}. */
  public void pack(byte[] to, int at) {
    int keyAndValue = behindValue() - partsAt;
    int id = behindId() - behindHeaders();
    PackedEvent.putFixed(to, at, flags & 0xff, shape & 0xff, keyAndValue, headersLength, id);
    int next = at + PackedEvent.FIXED_BYTES;
    payload.get(partsAt, to, next, keyAndValue);
    next += keyAndValue;
    if (headersLength > 0) {
      payload.get(headersAt, to, next, headersLength);
      next += headersLength;
    }
    payload.get(behindHeaders(), to, next, id);
  }

  private int behindValue() {
    if (valueLength >= 0) {
      return valueAt + valueLength;
    }
    return keyLength >= 0 ? keyAt + keyLength : partsAt;
  }

  private int behindHeaders() {
    return (flags & BatchBuilder.FLAG_HEADERS) != 0 ? headersAt + headersLength : behindValue();
  }

  private int behindId() {
    return idLength >= 0 ? idAt + idLength : behindHeaders();
  }

  private static final int FLAGS_MASK = BatchBuilder.FLAGS_KNOWN;

  private int getByte() {
    if (position >= end) {
      throw new IndexOutOfBoundsException();
    }
    return payload.get(position++);
  }

  private int getLength() {
    long length = getVar();
    if (length < 0 || length > end - position) {
      throw corrupt("at most " + (end - position) + " bytes more", "a length of " + length);
    }
    return (int) length;
  }

  private long getZigzag() {
    long raw = getVar();
    return raw >>> 1 ^ -(raw & 1);
  }

  private long getVar() {
    int first = getByte();
    if (first >= 0) {
      return first;
    }
    long value = first & 0x7f;
    for (int shift = 7; shift < 70; shift += 7) {
      int next = getByte();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw corrupt("a number of at most ten bytes", "a longer one");
  }

  private CorruptionException corrupt(String expected, String found) {
    return new CorruptionException(file, batchPosition, "a batch with " + expected, found);
  }

  private byte @Nullable [] copy(int at, int length) {
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    payload.get(at, bytes);
    return bytes;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long timestampMs() {
    return timestampMs;
  }

  @Override
  public TimestampType timestampType() {
    return TIMESTAMP_TYPES[flags & 3];
  }

  @Override
  public Encoding keyEncoding() {
    return ENCODINGS[shape & 3];
  }

  @Override
  public int keyLength() {
    return keyLength;
  }

  @Override
  public byte @Nullable [] key() {
    return copy(keyAt, keyLength);
  }

  @Override
  public Encoding valueEncoding() {
    return ENCODINGS[shape >> 4 & 3];
  }

  @Override
  public int valueLength() {
    return valueLength;
  }

  @Override
  public byte @Nullable [] value() {
    return copy(valueAt, valueLength);
  }

  @Override
  public void copyKey(ByteBuffer target) {
    target.put(payload.slice(keyAt, keyLength));
  }

  @Override
  public void copyValue(ByteBuffer target) {
    target.put(payload.slice(valueAt, valueLength));
  }

  @Override
  public Headers headers() {
    if (headersLength == 0) {
      return Headers.EMPTY;
    }
    int savedPosition = position;
    int savedEnd = end;
    position = headersAt;
    end = headersAt + headersLength;
    try {
      Headers.Builder headers = Headers.builder();
      while (position < end) {
        byte[] name = take();
        int kind = getByte();
        if ((kind & ~7) != 0) {
          throw corrupt("a header encoding that is known", "number " + kind);
        }
        byte[] value = (kind & BatchBuilder.HEADER_NULL) != 0 ? null : take();
        headers.add(new String(name, StandardCharsets.UTF_8), ENCODINGS[kind & 3], value);
      }
      return headers.build();
    } catch (IndexOutOfBoundsException e) {
      throw corrupt("headers within their length", "one that runs past it");
    } finally {
      position = savedPosition;
      end = savedEnd;
    }
  }

  private byte[] take() {
    int length = getLength();
    byte[] bytes = new byte[length];
    payload.get(position, bytes);
    position += length;
    return bytes;
  }

  @Override
  public byte @Nullable [] messageId() {
    return copy(idAt, idLength);
  }

  @Override
  public long dueTimeMs() {
    return dueTimeMs;
  }
}
