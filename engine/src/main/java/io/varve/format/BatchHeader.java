package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;

/**
 * The 64 bytes in front of a batch's payload, as a view that moves from batch to batch. It has a
 * checksum of its own, so that a reader can hop from header to header without reading payloads.
 *
 * <pre>
 *  0 u32 magic "VBCH"            24 i64 lastOffset          48 i32 count
 *  4 u32 CRC32C of 8..63         32 i64 minTimestampMs      52 i32 uncompressedBytes
 *  8 i32 payloadBytes            40 i64 maxTimestampMs      56 u32 epoch, low 32 bits
 * 12 u32 CRC32C of the payload                              60 u8 codec, 61 u8 0, 62 u16 0
 * 16 i64 baseOffset
 * </pre>
 *
 * <p>Thread: confined to one.
 */
public final class BatchHeader {

  /** Length on disk. */
  public static final int BYTES = 64;

  /** No batch's payload is larger, compressed or not. */
  public static final int PAYLOAD_BYTES_MAX = 1 << 26;

  static final int MAGIC = 'V' | 'B' << 8 | 'C' << 16 | 'H' << 24;

  private int payloadBytes;
  private int payloadCrc;
  private long baseOffset;
  private long lastOffset;
  private long minTimestampMs;
  private long maxTimestampMs;
  private int count;
  private int uncompressedBytes;
  private Codec codec = Codec.NONE;

  /** Writes a header at the absolute index {@code at} of a little-endian buffer. */
  static void encode(
      ByteBuffer to, int at, BatchBuilder batch, Codec codec, long epoch, int bytes) {
    to.putInt(at, MAGIC)
        .putInt(at + 8, bytes)
        .putInt(at + 12, Checksum.of(to, at + BYTES, bytes))
        .putLong(at + 16, batch.baseOffset())
        .putLong(at + 24, batch.lastOffset())
        .putLong(at + 32, batch.minTimestampMs())
        .putLong(at + 40, batch.maxTimestampMs())
        .putInt(at + 48, batch.count())
        .putInt(at + 52, batch.payloadBytes())
        .putInt(at + 56, (int) epoch)
        .putInt(at + 60, codec.ordinal());
    to.putInt(at + 4, Checksum.of(to, at + 8, BYTES - 8));
  }

  /**
   * Reads the header at the absolute index {@code at} of a little-endian buffer.
   *
   * @param epoch the epoch of the segment it stands in
   * @param file the segment's name, for errors
   * @param position where in the file it stands, for errors
   */
  public void decode(ByteBuffer from, int at, long epoch, String file, long position) {
    if (from.getInt(at) != MAGIC) {
      throw new CorruptionException(
          file,
          position,
          "the magic number of a batch, " + Fixed64.hex(MAGIC),
          Fixed64.hex(from.getInt(at)));
    }
    int expected = from.getInt(at + 4);
    int found = Checksum.of(from, at + 8, BYTES - 8);
    if (expected != found) {
      throw new CorruptionException(
          file,
          position,
          "a batch header with CRC32C " + Fixed64.hex(expected),
          "CRC32C " + Fixed64.hex(found));
    }
    payloadBytes = from.getInt(at + 8);
    payloadCrc = from.getInt(at + 12);
    baseOffset = from.getLong(at + 16);
    lastOffset = from.getLong(at + 24);
    minTimestampMs = from.getLong(at + 32);
    maxTimestampMs = from.getLong(at + 40);
    count = from.getInt(at + 48);
    uncompressedBytes = from.getInt(at + 52);
    check(from.getInt(at + 56) == (int) epoch, file, position, "epoch " + epoch, "another");
    int codecNumber = from.getInt(at + 60);
    codec =
        Codec.ofOrdinal(codecNumber & 0xff)
            .filter(known -> codecNumber == known.ordinal())
            .orElseThrow(
                () ->
                    new CorruptionException(
                        file, position, "a codec that is known", "number " + codecNumber));
    check(
        payloadBytes >= 1 && payloadBytes <= PAYLOAD_BYTES_MAX,
        file,
        position,
        "payload bytes",
        "" + payloadBytes);
    check(
        uncompressedBytes >= 1
            && uncompressedBytes <= PAYLOAD_BYTES_MAX
            && uncompressedBytes <= codec.decompressedBytesMax(payloadBytes),
        file,
        position,
        "uncompressed bytes",
        "" + uncompressedBytes);
    check(
        baseOffset >= 0 && lastOffset >= baseOffset,
        file,
        position,
        "rising offsets",
        baseOffset + ".." + lastOffset);
    check(
        count >= 1 && count <= uncompressedBytes && count - 1 <= lastOffset - baseOffset,
        file,
        position,
        "a count of events",
        "" + count);
    check(
        codec != Codec.NONE || payloadBytes == uncompressedBytes,
        file,
        position,
        "equal lengths",
        payloadBytes + " and " + uncompressedBytes);
  }

  private static void check(boolean holds, String file, long position, String what, String found) {
    if (!holds) {
      throw new CorruptionException(file, position, "a batch with legal " + what, found);
    }
  }

  /**
   * How long the batch is whose header stands at {@code at}, for reading ahead: nothing is checked
   * but that it can be.
   *
   * @return 0 if it can't
   */
  public static int totalBytes(ByteBuffer from, int at) {
    int payload = from.getInt(at + 8);
    return payload >= 1 && payload <= PAYLOAD_BYTES_MAX ? BYTES + payload : 0;
  }

  /** Whether the bytes at {@code at} are those that every batch begins with. */
  public static boolean beginsAt(ByteBuffer from, int at) {
    return from.getInt(at) == MAGIC;
  }

  /** Makes the batch at a little-endian buffer's start one of a segment of that epoch. */
  public static void rename(ByteBuffer batch, long epoch) {
    batch.putInt(56, (int) epoch);
    batch.putInt(4, Checksum.of(batch, 8, BYTES - 8));
  }

  /** Header and payload together. */
  public int totalBytes() {
    return BYTES + payloadBytes;
  }

  public int payloadBytes() {
    return payloadBytes;
  }

  int payloadCrc() {
    return payloadCrc;
  }

  public long baseOffset() {
    return baseOffset;
  }

  public long lastOffset() {
    return lastOffset;
  }

  /** {@link Long#MAX_VALUE} if no event has a timestamp. */
  public long minTimestampMs() {
    return minTimestampMs;
  }

  /** {@link Long#MIN_VALUE} if no event has a timestamp. */
  public long maxTimestampMs() {
    return maxTimestampMs;
  }

  public int count() {
    return count;
  }

  public int uncompressedBytes() {
    return uncompressedBytes;
  }

  public Codec codec() {
    return codec;
  }
}
