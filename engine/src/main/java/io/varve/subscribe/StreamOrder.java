package io.varve.subscribe;

import io.varve.event.StreamPartition;
import java.util.Comparator;

/** How logs are listed. */
public final class StreamOrder {

  /** By stream, generation and partition. */
  public static final Comparator<StreamPartition> BY_NAME =
      Comparator.comparing(StreamPartition::stream)
          .thenComparingInt(StreamPartition::generation)
          .thenComparingInt(StreamPartition::partition);

  private StreamOrder() {}
}
