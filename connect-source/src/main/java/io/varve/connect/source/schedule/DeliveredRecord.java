package io.varve.connect.source.schedule;

import io.varve.connect.source.offset.SourceOffset;
import io.varve.connect.source.offset.SourcePartition;
import io.varve.connect.source.replay.ReplayedRecord;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.Header;
import org.jspecify.annotations.Nullable;

/** A record that tells its ready log when Kafka has it. */
public final class DeliveredRecord extends ReplayedRecord {

  private final AtomicLong committed;
  private final long nextOffset;

  DeliveredRecord(
      SourcePartition sourcePartition,
      long offset,
      String topic,
      @Nullable Integer partition,
      @Nullable Schema keySchema,
      @Nullable Object key,
      @Nullable Schema valueSchema,
      @Nullable Object value,
      long timestampMs,
      Iterable<Header> headers,
      AtomicLong committed) {
    super(
        sourcePartition,
        new SourceOffset(offset + 1, SourceOffset.NO_END),
        topic,
        partition,
        keySchema,
        key,
        valueSchema,
        value,
        timestampMs,
        headers,
        offset);
    this.committed = committed;
    this.nextOffset = offset + 1;
  }

  /** Tells that it was taken. Thread: any. */
  public void committed() {
    committed.accumulateAndGet(nextOffset, Math::max);
  }
}
