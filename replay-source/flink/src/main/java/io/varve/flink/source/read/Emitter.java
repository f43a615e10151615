package io.varve.flink.source.read;

import io.varve.flink.source.StoredEvent;
import io.varve.flink.source.StoredEvent.TimestampType;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Hands elements on to a split's output, with the timestamp of the event that they were made of.
 *
 * <p>Thread: confined to the task's.
 */
final class Emitter<T> implements Collector<T> {

  private @Nullable SourceOutput<T> output;
  private long timestampMs;
  private boolean timestamped;
  private boolean handingOn;
  private long emitted;

  void to(SourceOutput<T> next) {
    output = next;
  }

  void of(StoredEvent event) {
    timestamped = event.timestampType() != TimestampType.NONE;
    timestampMs = event.timestampMs();
  }

  /** Elements handed on so far. */
  long emitted() {
    return emitted;
  }

  /** Whether an exception that has just come out of {@link #collect} is somebody else's. */
  boolean handingOn() {
    return handingOn;
  }

  @Override
  public void collect(T element) {
    SourceOutput<T> out = output;
    if (out == null) {
      throw new IllegalStateException("No output has been set");
    }
    emitted++;
    handingOn = true;
    if (timestamped) {
      out.collect(element, timestampMs);
    } else {
      out.collect(element);
    }
    handingOn = false;
  }

  @Override
  public void close() {}
}
