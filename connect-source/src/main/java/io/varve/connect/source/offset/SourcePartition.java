package io.varve.connect.source.offset;

import io.varve.event.StreamPartition;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One log, as the map by which Connect keeps its offset. Connect hashes it for every record: the
 * hash is computed once.
 *
 * <p>Thread: immutable.
 */
public final class SourcePartition extends AbstractMap<String, Object> {

  static final String STREAM = "stream";
  static final String GENERATION = "generation";
  static final String PARTITION = "partition";

  private final StreamPartition log;
  private final Map<String, Object> map;
  private final int hash;

  public SourcePartition(StreamPartition log) {
    this.log = log;
    // A HashMap for its order: see the package's first invariant.
    Map<String, Object> entries = new HashMap<>();
    entries.put(STREAM, log.stream());
    entries.put(GENERATION, (long) log.generation());
    entries.put(PARTITION, (long) log.partition());
    this.map = Collections.unmodifiableMap(entries);
    this.hash = map.hashCode();
  }

  /** The log that this stands for. */
  public StreamPartition log() {
    return log;
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return map.entrySet();
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    return map.get(key);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return map.containsKey(key);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return this == o || super.equals(o);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
