package io.varve.connect.source.replay;

import io.varve.connect.source.config.BatchLimits;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;

/** The records of one poll. */
public final class Batch {

  private final BatchLimits limits;
  private final List<SourceRecord> records;
  private int events;
  private long bytes;

  Batch(BatchLimits limits) {
    this.limits = limits;
    this.records = new ArrayList<>(Math.min(limits.eventsMax(), 1024));
  }

  public void add(SourceRecord record, long recordBytes) {
    records.add(record);
    events++;
    bytes += recordBytes;
  }

  /** Adds a record that is no event. */
  void addMark(SourceRecord mark) {
    records.add(mark);
  }

  /** Whether no more goes in. */
  public boolean isFull() {
    return bytes >= limits.bytesMax() || events >= limits.eventsMax();
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  int events() {
    return events;
  }

  /** Bytes of keys and values. */
  long bytes() {
    return bytes;
  }

  List<SourceRecord> records() {
    return records;
  }
}
