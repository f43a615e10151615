package io.varve.dedup;

import io.varve.base.BadSettingException;

/**
 * How long and in how much memory a log remembers message ids.
 *
 * @param ttlMs how long an id is remembered, milliseconds of the log's time; from 1
 * @param memoryBytes memory for one log's ids: half of it for the latest ones, the rest for filters
 *     and RocksDB; 1 MiB to 32 GiB. It is taken as it is needed. An id needs about eight bytes of
 *     it; with less, it goes on without the filters of the oldest ids, and slower
 * @param idBytesMax the longest id that is accepted, bytes; 1 to 65536
 */
public record DedupSettings(long ttlMs, long memoryBytes, int idBytesMax) {

  /** The longest time to remember ids: some millions of years. */
  static final long TTL_MS_MAX = 1L << 58;

  /** Of filters, for each id. */
  static final int FILTER_BITS = 16;

  private static final long MEMORY_BYTES_MIN = 1L << 20;
  private static final long MEMORY_BYTES_MAX = 32L << 30;

  public DedupSettings {
    if (ttlMs < 1 || ttlMs > TTL_MS_MAX) {
      throw new BadSettingException(
          "dedup.ttl.ms", ttlMs, "a number of milliseconds from 1 to " + TTL_MS_MAX);
    }
    if (memoryBytes < MEMORY_BYTES_MIN || memoryBytes > MEMORY_BYTES_MAX) {
      throw new BadSettingException(
          "dedup.memory.bytes",
          memoryBytes,
          "a number of bytes from " + MEMORY_BYTES_MIN + " to " + MEMORY_BYTES_MAX);
    }
    if (idBytesMax < 1 || idBytesMax > 1 << 16) {
      throw new BadSettingException("dedup.id.bytes.max", idBytesMax, "a number from 1 to 65536");
    }
  }

  /** Ids of at most 1 KiB, in 64 MiB: some eight million of them. */
  public static DedupSettings ofTtlMs(long ttlMs) {
    return new DedupSettings(ttlMs, 64L << 20, 1 << 10);
  }

  public DedupSettings withMemoryBytes(long value) {
    return new DedupSettings(ttlMs, value, idBytesMax);
  }

  public DedupSettings withIdBytesMax(int value) {
    return new DedupSettings(ttlMs, memoryBytes, value);
  }

  /** Slots of a table of ids when it has grown as large as it may. */
  int slotsMax() {
    // Two tables: one that is being filled, and one that is being saved.
    return (int) (memoryBytes / 4 / IdTable.SLOT_BYTES);
  }

  /** Memory for filters and for what RocksDB knows of its files. */
  long filterBytesMax() {
    return memoryBytes / 8 * 3;
  }

  /** Memory for RocksDB's blocks and its own tables. */
  public long cacheBytes() {
    return memoryBytes / 16;
  }

  /** A bucket is closed when the log's time went on by this much, if it is not full before. */
  long spanMs() {
    return Math.max(1, ttlMs / 16);
  }
}
