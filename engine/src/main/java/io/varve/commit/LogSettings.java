package io.varve.commit;

import io.varve.base.BadSettingException;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.format.BatchHeader;
import io.varve.format.Codec;

/**
 * How one log is written.
 *
 * @param codec how batches are compressed
 * @param segmentBytes a new segment begins when the next batch would make it larger; 4 KiB to 1 TiB
 * @param segmentMs a segment is sealed when it is older, milliseconds; from 1
 * @param retention how long events are kept
 * @param compaction whether and when the log is compacted by key
 * @param batchBytes events are written together up to about as many bytes; 1 KiB to 16 MiB
 * @param eventBytesMax a larger event is refused; 1 to 63 MiB. What a scheduler releases is as
 *     large as it was where it comes from, and a header larger
 * @param syncBytes what was written is synced and published at the latest after as many bytes, also
 *     when nobody asks; from 4 KiB
 */
public record LogSettings(
    Codec codec,
    long segmentBytes,
    long segmentMs,
    Retention retention,
    Compaction compaction,
    int batchBytes,
    int eventBytesMax,
    long syncBytes) {

  /** The largest {@link #eventBytesMax}; a batch has room for such an event and more headers. */
  public static final int EVENT_BYTES_LIMIT = BatchHeader.PAYLOAD_BYTES_MAX - (1 << 20);

  /** The largest {@link #batchBytes}. */
  public static final int BATCH_BYTES_MAX = 16 << 20;

  private static final LogSettings DEFAULTS =
      new LogSettings(
          Codec.NONE,
          256L << 20,
          7 * 86_400_000L,
          Retention.FOREVER,
          Compaction.OFF,
          256 << 10,
          16 << 20,
          16L << 20);

  public LogSettings {
    check("segment.bytes", segmentBytes, 4096, 1L << 40);
    check("segment.ms", segmentMs, 1, Long.MAX_VALUE);
    check("retention.ms", retention.ms(), -1, Long.MAX_VALUE);
    check("retention.bytes", retention.bytes(), -1, Long.MAX_VALUE);
    check("delete.retention.ms", compaction.tombstonesMs(), 0, Long.MAX_VALUE);
    check("min.compaction.lag.ms", compaction.lagMs(), 0, Long.MAX_VALUE);
    if (!(compaction.dirtyRatioMin() >= 0 && compaction.dirtyRatioMin() <= 1)) {
      throw new BadSettingException(
          "min.cleanable.dirty.ratio", compaction.dirtyRatioMin(), "a number from 0 to 1");
    }
    check("batch.bytes", batchBytes, 1 << 10, BATCH_BYTES_MAX);
    check("event.bytes.max", eventBytesMax, 1, EVENT_BYTES_LIMIT);
    check("sync.bytes", syncBytes, 4096, Long.MAX_VALUE);
  }

  private static void check(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new BadSettingException(
          name,
          value,
          max == Long.MAX_VALUE ? "a number from " + min : "a number from " + min + " to " + max);
    }
  }

  /** No compression, segments of 256 MiB or seven days, batches of 256 KiB, everything kept. */
  public static LogSettings defaults() {
    return DEFAULTS;
  }

  public LogSettings withCodec(Codec value) {
    return new LogSettings(
        value,
        segmentBytes,
        segmentMs,
        retention,
        compaction,
        batchBytes,
        eventBytesMax,
        syncBytes);
  }

  public LogSettings withSegmentBytes(long value) {
    return new LogSettings(
        codec, value, segmentMs, retention, compaction, batchBytes, eventBytesMax, syncBytes);
  }

  public LogSettings withSegmentMs(long value) {
    return new LogSettings(
        codec, segmentBytes, value, retention, compaction, batchBytes, eventBytesMax, syncBytes);
  }

  public LogSettings withRetention(Retention value) {
    return new LogSettings(
        codec, segmentBytes, segmentMs, value, compaction, batchBytes, eventBytesMax, syncBytes);
  }

  public LogSettings withCompaction(Compaction value) {
    return new LogSettings(
        codec, segmentBytes, segmentMs, retention, value, batchBytes, eventBytesMax, syncBytes);
  }

  public LogSettings withBatchBytes(int value) {
    return new LogSettings(
        codec, segmentBytes, segmentMs, retention, compaction, value, eventBytesMax, syncBytes);
  }

  public LogSettings withEventBytesMax(int value) {
    return new LogSettings(
        codec, segmentBytes, segmentMs, retention, compaction, batchBytes, value, syncBytes);
  }

  public LogSettings withSyncBytes(long value) {
    return new LogSettings(
        codec, segmentBytes, segmentMs, retention, compaction, batchBytes, eventBytesMax, value);
  }
}
