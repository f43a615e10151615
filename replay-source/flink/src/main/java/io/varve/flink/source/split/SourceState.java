package io.varve.flink.source.split;

import io.varve.event.StreamPartition;
import java.util.List;
import java.util.Map;

/**
 * What a checkpoint keeps of the enumerator.
 *
 * @param discovered whether it has looked into the store at all
 * @param known logs that it has made splits of, and where reading of them ends: at the first offset
 *     that is not read, or {@link Long#MAX_VALUE}
 * @param pending splits that no reader has yet
 */
public record SourceState(
    boolean discovered, Map<StreamPartition, Long> known, List<LogSplit> pending) {

  public static final SourceState NEW = new SourceState(false, Map.of(), List.of());

  public SourceState {
    known = Map.copyOf(known);
    pending = List.copyOf(pending);
  }
}
