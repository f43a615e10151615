package io.varve.flink.source.discover;

import io.varve.event.StreamPartition;
import io.varve.flink.source.LogName;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.split.LogSplit;
import io.varve.flink.source.split.SourceState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the logs of a store to readers. The life of a split:
 *
 * <ol>
 *   <li>A look into the store, in another thread, finds a log that isn't known. Its bounds are
 *       fixed now, so that a bounded job that is restored ends where it was to end.
 *   <li>It is pending. The log counts as known from now on, in checkpoints too.
 *   <li>It is assigned: all at once, each to the reader that its name and number choose, so that
 *       readers see all partitions side by side and watermarks are right. Only where partitions are
 *       cut into several splits are they given out one by one to those who ask, first come first
 *       served: then there is no order to keep.
 *   <li>The reader's checkpoints keep how far it is read. A reader that is restored has its splits
 *       from there; what was assigned since comes back here and is pending again.
 * </ol>
 *
 * <p>Thread: confined to the coordinator's.
 */
public final class LogEnumerator implements SplitEnumerator<LogSplit, SourceState> {

  private static final Logger LOG = LoggerFactory.getLogger(LogEnumerator.class);

  private final SplitEnumeratorContext<LogSplit> context;
  private final SourceSettings settings;
  private final Discovery discovery;
  private final Map<String, LogSplit> pending = new LinkedHashMap<>();
  private final Set<Integer> asking = new TreeSet<>();

  /** Readers that know that nothing more comes: one that has ended can't be told again. */
  private final Set<Integer> told = new HashSet<>();

  // Read by the thread that looks; never changed in place.
  private volatile Map<StreamPartition, Long> known;
  private volatile boolean discovered;

  public LogEnumerator(
      SplitEnumeratorContext<LogSplit> context, SourceSettings settings, SourceState state) {
    this.context = context;
    this.settings = settings;
    this.discovery = new Discovery(settings);
    this.known = state.known();
    this.discovered = state.discovered();
    state.pending().forEach(split -> pending.put(split.splitId(), split));
  }

  @Override
  public void start() {
    if (!settings.bounded() && settings.discoveryMs() > 0) {
      context.callAsync(this::look, this::take, 0, settings.discoveryMs());
    } else if (!discovered) {
      context.callAsync(this::look, this::take);
    }
  }

  private Discovery.Found look() {
    return discovery.look(known.keySet(), !discovered);
  }

  private void take(Discovery.@Nullable Found found, @Nullable Throwable failure) {
    if (failure != null || found == null) {
      throw new IllegalStateException(
          "Looking for " + settings.streams() + " in the store " + settings.path() + " failed",
          failure);
    }
    boolean first = !discovered;
    discovered = true;
    if (!found.logs().isEmpty()) {
      Map<StreamPartition, Long> all = new LinkedHashMap<>(known);
      all.putAll(found.logs());
      known = all;
      found.splits().forEach(split -> pending.put(split.splitId(), split));
      LOG.info(
          "Found {} logs of {} in {}; to read: {}",
          found.logs().size(),
          settings.streams(),
          settings.path(),
          found.splits());
    }
    if (first || !found.splits().isEmpty()) {
      assign();
    }
  }

  /**
   * Where reading ends in each partition of the newest generation: what a source that follows this
   * one in a {@code HybridSource} begins with. Every event before it has been read, as far as
   * filters, offsets and partitions want it, and none from it on.
   *
   * @throws IllegalStateException if no offset tells where reading ends: of a job that follows its
   *     streams, or ends at a time or with a number of elements
   */
  public Map<LogName, Long> endOffsets() {
    checkEndsAtOffsets();
    Map<LogName, Long> ends = new HashMap<>();
    Map<LogName, Integer> generations = new HashMap<>();
    known.forEach(
        (log, end) -> {
          LogName name = new LogName(log.stream(), log.partition());
          if (log.generation() >= generations.getOrDefault(name, 0)) {
            generations.put(name, log.generation());
            ends.put(name, end);
          }
        });
    return ends;
  }

  private void checkEndsAtOffsets() {
    LogPlace stop = settings.stop();
    String why = null;
    if (stop == null) {
      why = "has no end";
    } else if (stop.kind() == LogPlace.Kind.TIME || settings.range().toTimeMs() < Long.MAX_VALUE) {
      // Earlier and later events may stand in any order: no offset has all of one kind before it.
      why = "ends at a time";
    } else if (settings.eventsMax() < Long.MAX_VALUE) {
      why = "ends with a number of elements";
    }
    if (why != null) {
      throw new IllegalStateException(
          "Reading of "
              + settings.streams()
              + " in the store "
              + settings.path()
              + " "
              + why
              + ", so no offsets tell where a source that follows it has to begin. Give it an end"
              + " that is one: LogPlace.latest(), offsets(...) or committed(...)");
    }
  }

  private boolean givenOnRequest() {
    return settings.bounded() && settings.splitOffsets() > 0;
  }

  private void assign() {
    if (!discovered) {
      return;
    }
    if (givenOnRequest()) {
      List.copyOf(asking).forEach(this::giveNext);
      return;
    }
    Map<Integer, List<LogSplit>> assignment = new HashMap<>();
    int readers = context.currentParallelism();
    for (LogSplit split : List.copyOf(pending.values())) {
      int reader = reader(split.log(), readers);
      if (context.registeredReaders().containsKey(reader)) {
        pending.remove(split.splitId());
        assignment.computeIfAbsent(reader, r -> new ArrayList<>()).add(split);
      }
    }
    if (!assignment.isEmpty()) {
      context.assignSplits(new SplitsAssignment<>(assignment));
    }
    if (settings.bounded()) {
      // Those who register later are told then.
      for (int reader : context.registeredReaders().keySet()) {
        if (told.add(reader)) {
          context.signalNoMoreSplits(reader);
        }
      }
    }
  }

  private void giveNext(int reader) {
    if (!context.registeredReaders().containsKey(reader)) {
      asking.remove(reader);
      return;
    }
    asking.remove(reader);
    if (pending.isEmpty()) {
      context.signalNoMoreSplits(reader);
    } else {
      LogSplit split = pending.remove(pending.keySet().iterator().next());
      if (split != null) {
        context.assignSplit(split, reader);
      }
    }
  }

  /** The partitions of a stream go to readers one after another, the same at each discovery. */
  static int reader(StreamPartition log, int readers) {
    int first = (log.stream().hashCode() * 31 & Integer.MAX_VALUE) % readers;
    return (int) ((first + (long) log.partition()) % readers);
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    if (givenOnRequest()) {
      asking.add(subtask);
      assign();
    }
  }

  @Override
  public void addReader(int subtask) {
    told.remove(subtask);
    assign();
  }

  @Override
  public void addSplitsBack(List<LogSplit> splits, int subtask) {
    splits.forEach(split -> pending.put(split.splitId(), split));
    asking.remove(subtask);
    told.remove(subtask);
    // To readers that are still there; those of the one that failed when it is back.
    assign();
  }

  @Override
  public SourceState snapshotState(long checkpoint) {
    return new SourceState(discovered, known, List.copyOf(pending.values()));
  }

  @Override
  public void close() {}
}
