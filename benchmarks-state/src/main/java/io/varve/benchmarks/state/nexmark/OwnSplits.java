package io.varve.benchmarks.state.nexmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives each reader the split of its own number. If whoever asks first had the next one, a fast
 * reader would go through event time twice, and with its second split be later than its watermark.
 *
 * <p>Thread: confined to the coordinator's.
 */
final class OwnSplits implements SplitEnumerator<EventSplit, Collection<EventSplit>> {

  private final SplitEnumeratorContext<EventSplit> context;

  /** What no reader has, by number. */
  private final TreeMap<Integer, EventSplit> left = new TreeMap<>();

  OwnSplits(SplitEnumeratorContext<EventSplit> context, Collection<EventSplit> splits) {
    this.context = context;
    add(splits);
  }

  private void add(Collection<EventSplit> splits) {
    splits.forEach(split -> left.put(split.index(), split));
  }

  @Override
  public void start() {
    // Readers ask.
  }

  @Override
  public void handleSplitRequest(int reader, @Nullable String host) {
    EventSplit split = left.remove(reader);
    if (split == null) {
      context.signalNoMoreSplits(reader);
    } else {
      context.assignSplit(split, reader);
    }
  }

  @Override
  public void addSplitsBack(List<EventSplit> splits, int reader) {
    add(splits);
  }

  @Override
  public void addReader(int reader) {
    // It asks.
  }

  @Override
  public Collection<EventSplit> snapshotState(long checkpoint) {
    return new ArrayList<>(left.values());
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
