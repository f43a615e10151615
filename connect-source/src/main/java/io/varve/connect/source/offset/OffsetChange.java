package io.varve.connect.source.offset;

import io.varve.event.StreamPartition;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Checks offsets that a user sets through the worker's REST interface, so that a mistake is an
 * error there and not a replay that begins somewhere else.
 */
public final class OffsetChange {

  private static final Set<String> KEYS =
      Set.of(SourcePartition.STREAM, SourcePartition.GENERATION, SourcePartition.PARTITION);

  /** Knows how far each log goes. */
  @FunctionalInterface
  public interface Logs {
    /** The first offset after the log's end, or -1 if the store has no such log. */
    long nextOffset(StreamPartition log);
  }

  private final Logs logs;

  public OffsetChange(Logs logs) {
    this.logs = logs;
  }

  /**
   * Throws ConnectException, with what is wrong, unless every partition and offset can be used. A
   * null offset is a reset and is allowed for logs that are gone, too.
   */
  public void check(Map<Map<String, ?>, Map<String, ?>> offsets) {
    offsets.forEach(this::check);
  }

  private void check(@Nullable Map<String, ?> partition, @Nullable Map<String, ?> offset) {
    try {
      if (partition == null) {
        throw new IllegalArgumentException("a partition is null");
      }
      if (offset == null) {
        // Whatever was once stored can be reset, also what an older or other connector stored.
        return;
      }
      StreamPartition log = log(partition);
      long next = logs.nextOffset(log);
      if (next < 0) {
        throw new IllegalArgumentException("the store has no " + log);
      }
      long to = SourceOffset.parse(offset).offset();
      if (to > next) {
        throw new IllegalArgumentException(
            "offset " + to + " is beyond the end of " + log + ", which is " + next);
      }
    } catch (IllegalArgumentException e) {
      throw new ConnectException(
          "Can't set the offset of "
              + partition
              + " to "
              + offset
              + ": "
              + e.getMessage()
              + ". A partition looks like {\"stream\": \"orders\", \"generation\": 1, \"partition\":"
              + " 0}, an offset like {\"offset\": 1000}: the first offset to replay",
          e);
    }
  }

  private static StreamPartition log(Map<String, ?> partition) {
    if (!partition.keySet().equals(KEYS)) {
      throw new IllegalArgumentException(
          "expected the keys stream, generation and partition, found " + partition.keySet());
    }
    if (!(partition.get(SourcePartition.STREAM) instanceof String stream)
        || !StreamPartition.isStreamName(stream)) {
      throw new IllegalArgumentException("expected a stream's name under 'stream'");
    }
    return new StreamPartition(
        stream,
        (int) Numbers.read(partition, SourcePartition.GENERATION, 1, Integer.MAX_VALUE),
        (int) Numbers.read(partition, SourcePartition.PARTITION, 0, Integer.MAX_VALUE));
  }
}
