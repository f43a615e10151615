package io.varve;

import io.varve.base.BadSettingException;

/**
 * What all the logs of one open store share.
 *
 * @param threads background threads that write and sync; 1 to 64
 * @param bufferBytes how many bytes of full batches may wait to be written before writers are told
 *     to hold back; from 1 MiB. Beside these each writer holds the batch that it is filling
 * @param maintenanceMs how often each log looks for segments that are old or expired, milliseconds;
 *     from 1
 * @param compactionBytesPerSecond how much compaction may read and write; from 64 KiB
 * @param compactionKeyBytesMax memory for the keys of the log that is being compacted, 24 bytes for
 *     each; 1 KiB to 16 GiB. If that is not enough, a pass covers a part of the log
 */
public record StoreSettings(
    int threads,
    long bufferBytes,
    long maintenanceMs,
    long compactionBytesPerSecond,
    long compactionKeyBytesMax) {

  private static final StoreSettings DEFAULTS =
      new StoreSettings(3, 32L << 20, 10_000, 64L << 20, 64L << 20);

  public StoreSettings {
    if (threads < 1 || threads > 64) {
      throw new BadSettingException("threads", threads, "a number from 1 to 64");
    }
    if (bufferBytes < 1 << 20) {
      throw new BadSettingException("buffer.bytes", bufferBytes, "a number from 1048576");
    }
    if (maintenanceMs < 1) {
      throw new BadSettingException("maintenance.ms", maintenanceMs, "a number from 1");
    }
    if (compactionBytesPerSecond < 64 << 10) {
      throw new BadSettingException(
          "compaction.bytes.per.second", compactionBytesPerSecond, "a number from 65536");
    }
    if (compactionKeyBytesMax < 1 << 10 || compactionKeyBytesMax > 16L << 30) {
      throw new BadSettingException(
          "compaction.key.bytes.max", compactionKeyBytesMax, "a number from 1024 to 17179869184");
    }
  }

  /**
   * Three threads, 32 MiB, every ten seconds; compaction with 64 MiB a second and 64 MiB of keys.
   */
  public static StoreSettings defaults() {
    return DEFAULTS;
  }

  public StoreSettings withThreads(int value) {
    return new StoreSettings(
        value, bufferBytes, maintenanceMs, compactionBytesPerSecond, compactionKeyBytesMax);
  }

  public StoreSettings withBufferBytes(long value) {
    return new StoreSettings(
        threads, value, maintenanceMs, compactionBytesPerSecond, compactionKeyBytesMax);
  }

  public StoreSettings withMaintenanceMs(long value) {
    return new StoreSettings(
        threads, bufferBytes, value, compactionBytesPerSecond, compactionKeyBytesMax);
  }

  public StoreSettings withCompactionBytesPerSecond(long value) {
    return new StoreSettings(threads, bufferBytes, maintenanceMs, value, compactionKeyBytesMax);
  }

  public StoreSettings withCompactionKeyBytesMax(long value) {
    return new StoreSettings(threads, bufferBytes, maintenanceMs, compactionBytesPerSecond, value);
  }
}
