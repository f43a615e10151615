package io.varve.connect.source.plan;

import io.varve.connect.source.offset.SourcePartition;
import io.varve.event.StreamPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.connect.source.SourceConnectorContext;

/**
 * Remembers with which generation a tail of each partition began, so that a newer one is replayed
 * after the rest of it and not instead of it.
 *
 * <p>Known are the generations for which Connect stored an offset, and those that this connector
 * has seen as the newest since it started.
 *
 * <p>Thread: confined to the connector's.
 */
public final class TailStarts implements Catalogue.TailStart {

  private record Partition(String stream, int partition) {}

  private final SourceConnectorContext context;
  private final UnaryOperator<StreamPartition> positionOf;
  private final Map<String, Integer> latestAtStart = new HashMap<>();
  private final Map<Partition, Integer> begun = new HashMap<>();

  /**
   * @param positionOf the log by which Connect keeps the position of another
   */
  public TailStarts(SourceConnectorContext context, UnaryOperator<StreamPartition> positionOf) {
    this.context = context;
    this.positionOf = positionOf;
  }

  /** Takes note of what there is now, and of what was begun before. */
  public void learn(Catalogue catalogue) {
    Map<Map<String, Object>, StreamPartition> older = new HashMap<>();
    catalogue
        .streams()
        .forEach(
            (stream, generations) -> {
              latestAtStart.putIfAbsent(stream, generations.lastKey());
              generations
                  .headMap(generations.lastKey())
                  .forEach(
                      (generation, partitions) ->
                          partitions.forEach(
                              partition -> {
                                StreamPartition log =
                                    new StreamPartition(stream, generation, partition);
                                older.put(new SourcePartition(positionOf.apply(log)), log);
                              }));
            });
    if (older.isEmpty()) {
      return;
    }
    context
        .offsetStorageReader()
        .offsets(older.keySet())
        .forEach(
            (key, offset) -> {
              StreamPartition log = older.get(key);
              if (offset != null && log != null) {
                begun.merge(
                    new Partition(log.stream(), log.partition()), log.generation(), Math::min);
              }
            });
  }

  @Override
  public int generation(String stream, int partition, int latest) {
    int seen = latestAtStart.getOrDefault(stream, latest);
    int stored = begun.getOrDefault(new Partition(stream, partition), latest);
    return Math.min(latest, Math.min(seen, stored));
  }
}
