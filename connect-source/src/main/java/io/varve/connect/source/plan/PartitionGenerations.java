package io.varve.connect.source.plan;

import io.varve.event.StreamPartition;
import java.util.List;

/**
 * One partition of a stream and the generations of it to replay, oldest first: what a task replays
 * in one line.
 */
public record PartitionGenerations(String stream, int partition, List<Integer> generations) {

  public PartitionGenerations {
    generations = List.copyOf(generations);
    if (generations.isEmpty()) {
      throw new IllegalArgumentException("no generation of " + stream + "-" + partition);
    }
  }

  /** The logs, oldest first. */
  public List<StreamPartition> logs() {
    return generations.stream()
        .map(generation -> new StreamPartition(stream, generation, partition))
        .toList();
  }
}
