package io.varve;

import io.varve.base.BadSettingException;

/**
 * How a view of the latest events is kept.
 *
 * @param cacheBytes memory for events that are asked for often, bytes; beside it the view needs
 *     from 20 to 40 bytes for each key
 * @param saved whether the table of keys is saved in the store now and then and when the view is
 *     closed, so that the next one need not read the whole log
 */
public record LatestSettings(long cacheBytes, boolean saved) {

  private static final LatestSettings DEFAULTS = new LatestSettings(64L << 20, true);

  public LatestSettings {
    if (cacheBytes < 0) {
      throw new BadSettingException("cache.bytes", cacheBytes, "a number from 0");
    }
  }

  /** A cache of 64 MiB, and tables that are saved. */
  public static LatestSettings defaults() {
    return DEFAULTS;
  }

  public LatestSettings withCacheBytes(long value) {
    return new LatestSettings(value, saved);
  }

  public LatestSettings withSaved(boolean value) {
    return new LatestSettings(cacheBytes, value);
  }
}
