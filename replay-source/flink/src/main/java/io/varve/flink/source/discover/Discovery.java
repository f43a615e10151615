package io.varve.flink.source.discover;

import io.varve.LogStats;
import io.varve.Store;
import io.varve.event.StreamPartition;
import io.varve.flink.source.EventRange;
import io.varve.flink.source.LogName;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.StoreAccess;
import io.varve.flink.source.group.CommittedPlaces;
import io.varve.flink.source.split.LogSplit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks into a store for logs that are to be read and that nobody knows yet, and makes splits of
 * them.
 *
 * <p>Thread: safe; holds nothing open.
 */
final class Discovery {

  /**
   * What a look has found.
   *
   * @param logs logs that were not known, those included of which there is nothing to read, and
   *     where reading of them ends
   * @param splits what there is to read of them
   */
  record Found(Map<StreamPartition, Long> logs, List<LogSplit> splits) {}

  private final SourceSettings settings;

  Discovery(SourceSettings settings) {
    this.settings = settings;
  }

  /**
   * Looks once.
   *
   * @param known logs that splits were made of before
   * @param first whether this is the first look: what appears later is read from its beginning,
   *     wherever the start is
   */
  Found look(Set<StreamPartition> known, boolean first) {
    Map<StreamPartition, Long> logs = new LinkedHashMap<>();
    List<LogSplit> splits = new ArrayList<>();
    try (Store store = StoreAccess.open(settings.path(), "the job manager")) {
      SortedSet<String> streams = settings.streams().choose(store.streams(), settings.path());
      if (first && streams.isEmpty() && settings.bounded()) {
        throw new IllegalArgumentException(
            "The store "
                + settings.path()
                + " has no "
                + settings.streams()
                + "; its streams are "
                + store.streams());
      }
      Bounds bounds =
          new Bounds(first ? settings.start() : LogPlace.earliest(), settings.stop(), store);
      for (String stream : streams) {
        int latest = store.latestGeneration(stream);
        for (int generation : generations(store.generations(stream), stream, known)) {
          for (int partition : store.partitions(stream, generation)) {
            StreamPartition log = new StreamPartition(stream, generation, partition);
            if (!known.contains(log)) {
              logs.put(log, split(log, store.stats(log), bounds, generation == latest, splits));
            }
          }
        }
      }
    }
    return new Found(logs, splits);
  }

  private SortedSet<Integer> generations(
      SortedSet<Integer> all, String stream, Set<StreamPartition> known) {
    SortedSet<Integer> chosen = new TreeSet<>();
    switch (settings.generation()) {
      case SourceSettings.ALL_GENERATIONS -> chosen.addAll(all);
      case SourceSettings.LATEST_GENERATION -> {
        // That which was the latest when the job began, and what came after it.
        int from =
            known.stream()
                .filter(log -> log.stream().equals(stream))
                .mapToInt(StreamPartition::generation)
                .min()
                .orElse(all.isEmpty() ? 0 : all.last());
        chosen.addAll(all.tailSet(from));
      }
      default -> {
        if (!all.contains(settings.generation())) {
          throw new IllegalArgumentException(
              "No generation "
                  + settings.generation()
                  + " of the stream '"
                  + stream
                  + "' in the store "
                  + settings.path()
                  + "; it has "
                  + all);
        }
        chosen.add(settings.generation());
      }
    }
    return chosen;
  }

  /**
   * Makes splits of a log, unless there is nothing to read of it.
   *
   * @return the first offset that is not to be read; {@link Long#MAX_VALUE} for no end
   */
  private long split(
      StreamPartition log, LogStats stats, Bounds bounds, boolean newest, List<LogSplit> splits) {
    LogPlace stop = settings.stop();
    EventRange range = settings.range();
    long from = bounds.from(log, stats, newest);
    // A bound isn't a place to begin at: what is gone below it isn't missed.
    if (range.fromOffset() > (from == LogSplit.EARLIEST ? stats.startOffset() : from)) {
      from = range.fromOffset();
    }
    // A time to begin at holds for what appears later, too.
    long fromTimeMs =
        settings.start().kind() == LogPlace.Kind.TIME ? settings.start().timeMs() : Long.MIN_VALUE;
    fromTimeMs = Math.max(fromTimeMs, range.fromTimeMs());
    long to = range.toOffset();
    long toTimeMs = range.toTimeMs();
    if (stop != null) {
      to = Math.min(to, bounds.to(log, stats, newest));
      if (stop.kind() == LogPlace.Kind.TIME) {
        toTimeMs = Math.min(toTimeMs, stop.timeMs());
      }
    }
    // What was asked for by its offset and is gone is for the reader to find.
    boolean none = from == LogSplit.EARLIEST ? to <= stats.startOffset() : to <= from;
    if (none || fromTimeMs >= toTimeMs || !range.holds(log.partition())) {
      return to;
    }
    if (settings.bounded() && settings.splitOffsets() > 0) {
      cut(log, from, to, stats, fromTimeMs, toTimeMs, splits);
    } else {
      splits.add(new LogSplit(log, from, from, to, fromTimeMs, toTimeMs));
    }
    return to;
  }

  /** Start and end of reading, in offsets of each log. */
  private record Bounds(
      LogPlace start,
      @Nullable LogPlace stop,
      @Nullable CommittedPlaces startGroup,
      @Nullable CommittedPlaces stopGroup) {

    Bounds(LogPlace start, @Nullable LogPlace stop, Store store) {
      this(start, stop, group(start, store), group(stop, store));
    }

    private static @Nullable CommittedPlaces group(@Nullable LogPlace place, Store store) {
      return place != null && place.kind() == LogPlace.Kind.COMMITTED
          ? CommittedPlaces.of(store, place.group())
          : null;
    }

    long from(StreamPartition log, LogStats stats, boolean newest) {
      return offset(start, startGroup, log, stats, newest, LogSplit.EARLIEST, LogSplit.EARLIEST);
    }

    long to(StreamPartition log, LogStats stats, boolean newest) {
      return stop == null
          ? Long.MAX_VALUE
          : offset(stop, stopGroup, log, stats, newest, stats.startOffset(), stats.nextOffset());
    }

    /**
     * @param earliest stands for the first event
     * @param unsaid for a log that a place says nothing of
     */
    private static long offset(
        LogPlace place,
        @Nullable CommittedPlaces group,
        StreamPartition log,
        LogStats stats,
        boolean newest,
        long earliest,
        long unsaid) {
      switch (place.kind()) {
        case EARLIEST -> {
          return earliest;
        }
        case LATEST -> {
          return stats.nextOffset();
        }
        case OFFSETS -> {
          LogName name = new LogName(log.stream(), log.partition());
          return newest ? place.offset(name, unsaid) : unsaid;
        }
        case COMMITTED -> {
          int generation = group == null ? 0 : group.generation(log);
          if (group != null && generation == log.generation()) {
            return group.offset(log);
          }
          if (generation > log.generation()) {
            // The group has left this generation behind.
            return stats.nextOffset();
          }
          LogPlace otherwise = place.otherwise();
          if (otherwise == null) {
            throw new IllegalStateException(
                "The group '"
                    + place.group()
                    + "' has committed no offset of "
                    + log
                    + (generation == 0 ? "" : ", only of generation " + generation)
                    + ". Give a place for partitions without one: LogPlace.committed(group,"
                    + " LogPlace.earliest()), or 'group.offset-reset' = 'earliest' in SQL");
          }
          return otherwise.kind() == LogPlace.Kind.EARLIEST ? earliest : stats.nextOffset();
        }
        case TIME -> {
          return unsaid;
        }
      }
      throw new IllegalStateException(place.toString());
    }
  }

  private void cut(
      StreamPartition log,
      long from,
      long to,
      LogStats stats,
      long fromTimeMs,
      long toTimeMs,
      List<LogSplit> splits) {
    long at = from;
    long next = from == LogSplit.EARLIEST ? stats.startOffset() : from;
    while (to - next > settings.splitOffsets()) {
      next += settings.splitOffsets();
      splits.add(new LogSplit(log, at, at, next, fromTimeMs, toTimeMs));
      at = next;
    }
    splits.add(new LogSplit(log, at, at, to, fromTimeMs, toTimeMs));
  }
}
