package io.varve.connect.source.offset;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a log is replayed, as the map that Connect stores. One is made for every record and only
 * the last before a commit is ever looked into: it holds two numbers and becomes a map on demand.
 *
 * <p>Thread: immutable.
 */
public final class SourceOffset extends AbstractMap<String, Object> {

  /** The {@code end} of a replay without one. */
  public static final long NO_END = -1;

  static final String OFFSET = "offset";
  static final String END = "end";

  private final long offset;
  private final long end;

  /**
   * @param offset the first offset not yet replayed
   * @param end the first offset not to replay, or {@link #NO_END}
   */
  public SourceOffset(long offset, long end) {
    this.offset = offset;
    this.end = end;
  }

  /** Reads what was stored; IllegalArgumentException, with what is wrong, if it is none. */
  public static SourceOffset parse(Map<String, ?> stored) {
    for (String name : stored.keySet()) {
      if (!name.equals(OFFSET) && !name.equals(END)) {
        throw new IllegalArgumentException(
            "unknown key '" + name + "' in offset " + stored + "; expected offset and end");
      }
    }
    long offset = Numbers.read(stored, OFFSET, 0, Long.MAX_VALUE);
    long end = stored.get(END) == null ? NO_END : Numbers.read(stored, END, 0, Long.MAX_VALUE);
    if (end != NO_END && end < offset) {
      throw new IllegalArgumentException("end must not be before offset in " + stored);
    }
    return new SourceOffset(offset, end);
  }

  /** The first offset not yet replayed. */
  public long offset() {
    return offset;
  }

  /** The first offset not to replay, or {@link #NO_END}. */
  public long end() {
    return end;
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    Map<String, Object> map = new LinkedHashMap<>(4);
    map.put(OFFSET, offset);
    if (end != NO_END) {
      map.put(END, end);
    }
    return map.entrySet();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof SourceOffset other
        ? offset == other.offset && end == other.end
        : super.equals(o);
  }

  @Override
  public int hashCode() {
    // As AbstractMap has it, so that it equals any map with the same entries.
    int hash = OFFSET.hashCode() ^ Long.hashCode(offset);
    return end == NO_END ? hash : hash + (END.hashCode() ^ Long.hashCode(end));
  }
}
