package io.varve.state;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that a snapshot holds, one entry after another. */
public final class SnapshotEntries {

  SnapshotEntries(
      Map<StateFile, List<LogImage.Part>> files,
      Set<Integer> values,
      Set<Integer> lists,
      Set<Integer> maps) {}

  public boolean next() {
    return false;
  }

  public int keyGroup() {
    return 0;
  }

  public int table() {
    return 0;
  }

  public ByteSpan key() {
    return new ByteSpan();
  }

  public ByteSpan userKey() {
    return new ByteSpan();
  }

  public ByteSpan value() {
    return new ByteSpan();
  }
}
