package io.varve.connect.source.replay;

import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is equal to itself only. A worker that keeps records exactly once looks each up in
 * hash maps several times; hashing what is in it would cost more than the replay does.
 */
public class ReplayedRecord extends SourceRecord {

  private final int hash;

  protected ReplayedRecord(
      Map<String, ?> sourcePartition,
      Map<String, ?> sourceOffset,
      String topic,
      @Nullable Integer partition,
      @Nullable Schema keySchema,
      @Nullable Object key,
      @Nullable Schema valueSchema,
      @Nullable Object value,
      @Nullable Long timestamp,
      Iterable<Header> headers,
      long offset) {
    super(
        sourcePartition,
        sourceOffset,
        topic,
        partition,
        keySchema,
        key,
        valueSchema,
        value,
        timestamp,
        headers);
    // Neighbours spread, and the high bits reach the low ones (Fibonacci hashing).
    this.hash = (int) ((offset * 0x9E3779B97F4A7C15L) >>> 32) ^ sourcePartition.hashCode();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return this == o;
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
