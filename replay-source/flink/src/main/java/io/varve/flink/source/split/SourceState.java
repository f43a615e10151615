package io.varve.flink.source.split;

import io.varve.event.StreamPartition;
import java.util.List;
import java.util.Set;

/**
 * What a checkpoint keeps of the enumerator.
 *
 * @param discovered whether it has looked into the store at all
 * @param known logs that it has made splits of
 * @param pending splits that no reader has yet
 */
public record SourceState(boolean discovered, Set<StreamPartition> known, List<LogSplit> pending) {

  public static final SourceState NEW = new SourceState(false, Set.of(), List.of());

  public SourceState {
    known = Set.copyOf(known);
    pending = List.copyOf(pending);
  }
}
