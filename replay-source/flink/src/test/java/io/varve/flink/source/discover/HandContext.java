package io.varve.flink.source.discover;

import io.varve.flink.source.split.LogSplit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

/** A coordinator that does everything at once, in the test's thread. */
public final class HandContext implements SplitEnumeratorContext<LogSplit> {

  private final int parallelism;
  private final Map<Integer, ReaderInfo> readers = new HashMap<>();
  private final Map<Integer, List<LogSplit>> assigned = new HashMap<>();
  private final Set<Integer> ended = new TreeSet<>();
  private Runnable periodic = () -> {};

  public HandContext(int parallelism) {
    this.parallelism = parallelism;
  }

  void register(LogEnumerator enumerator, int reader) {
    readers.put(reader, new ReaderInfo(reader, "host"));
    ended.remove(reader);
    enumerator.addReader(reader);
  }

  void fail(int reader) {
    readers.remove(reader);
  }

  /** Does again what is done now and then. */
  void look() {
    periodic.run();
  }

  List<LogSplit> assigned(int reader) {
    return assigned.getOrDefault(reader, List.of());
  }

  List<LogSplit> assigned() {
    List<LogSplit> all = new ArrayList<>();
    assigned.values().forEach(all::addAll);
    return all;
  }

  boolean isEnded(int reader) {
    return ended.contains(reader);
  }

  @Override
  public SplitEnumeratorMetricGroup metricGroup() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendEventToSourceReader(int reader, SourceEvent event) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int currentParallelism() {
    return parallelism;
  }

  @Override
  public Map<Integer, ReaderInfo> registeredReaders() {
    return readers;
  }

  @Override
  public void assignSplits(SplitsAssignment<LogSplit> assignment) {
    assignment
        .assignment()
        .forEach(
            (reader, splits) -> {
              if (!readers.containsKey(reader) || ended.contains(reader)) {
                throw new IllegalStateException("Reader " + reader + " takes no splits");
              }
              assigned.computeIfAbsent(reader, r -> new ArrayList<>()).addAll(splits);
            });
  }

  @Override
  public void signalNoMoreSplits(int reader) {
    if (!ended.add(reader)) {
      throw new IllegalStateException("Reader " + reader + " may have ended, and can't be told");
    }
  }

  @Override
  public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
    T result;
    try {
      result = callable.call();
    } catch (Exception e) {
      handler.accept(null, e);
      return;
    }
    handler.accept(result, null);
  }

  @Override
  public <T> void callAsync(
      Callable<T> callable, BiConsumer<T, Throwable> handler, long initialMs, long periodMs) {
    periodic = () -> callAsync(callable, handler);
    periodic.run();
  }

  @Override
  public void runInCoordinatorThread(Runnable runnable) {
    runnable.run();
  }
}
