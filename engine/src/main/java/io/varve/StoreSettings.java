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
 */
public record StoreSettings(int threads, long bufferBytes, long maintenanceMs) {

  private static final StoreSettings DEFAULTS = new StoreSettings(3, 32L << 20, 10_000);

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
  }

  /** Three threads, 32 MiB, every ten seconds. */
  public static StoreSettings defaults() {
    return DEFAULTS;
  }

  public StoreSettings withThreads(int value) {
    return new StoreSettings(value, bufferBytes, maintenanceMs);
  }

  public StoreSettings withBufferBytes(long value) {
    return new StoreSettings(threads, value, maintenanceMs);
  }

  public StoreSettings withMaintenanceMs(long value) {
    return new StoreSettings(threads, bufferBytes, value);
  }
}
