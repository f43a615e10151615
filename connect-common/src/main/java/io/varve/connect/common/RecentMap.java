package io.varve.connect.common;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map that forgets what was used longest ago.
 *
 * <p>Thread: confined.
 */
public final class RecentMap<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int entriesMax;

  /** A map that remembers {@code entriesMax} entries. */
  public RecentMap(int entriesMax) {
    super(16, 0.75f, true);
    this.entriesMax = entriesMax;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > entriesMax;
  }
}
