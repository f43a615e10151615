package io.varve.replay.topic;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Which offsets the events of a generation of a stream have in a topic. It stays small whatever the
 * topic's size: when there are too many spans, neighbours become one that tells less.
 *
 * <p>Thread: confined to one at a time.
 */
public final class OffsetTable {

  /** Spans that are kept, about. */
  static final int SPANS_MAX = 1 << 17;

  /**
   * What a table is of.
   *
   * @param topicId the topic's own; another topic of that name has another
   */
  public record Of(String stream, int generation, String topic, Uuid topicId) {}

  /** A partition of the topic, and a partition of the stream. */
  record Pair(int to, int from) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      return to != other.to ? Integer.compare(to, other.to) : Integer.compare(from, other.from);
    }
  }

  private final Of of;
  private final int spansMax;
  private final TreeMap<Pair, Spans> spans = new TreeMap<>();
  private final TreeMap<Integer, Long> seen = new TreeMap<>();
  private final TreeMap<Integer, Long> replayed = new TreeMap<>();
  private int size;

  /** What the last event went to; mostly the next one goes there, too. */
  private @Nullable Pair lastPair;

  private @Nullable Spans lastSpans;
  private long width = 1;

  public OffsetTable(Of of) {
    this(of, SPANS_MAX);
  }

  OffsetTable(Of of, int spansMax) {
    this.of = of;
    this.spansMax = spansMax;
  }

  public Of of() {
    return of;
  }

  /** By pair, in order. */
  SortedMap<Pair, Spans> spans() {
    return spans;
  }

  /** By partition of the topic, below which offset all is known. */
  public SortedMap<Integer, Long> seen() {
    return seen;
  }

  /** By partition of the stream, the first offset that a replay has not yet sent. */
  public SortedMap<Integer, Long> replayed() {
    return replayed;
  }

  /** Below which offset all is known of a partition of the topic. */
  public long seen(int to) {
    return seen.getOrDefault(to, 0L);
  }

  /** All below {@code offset} of a partition of the topic is known; what wasn't is none of ours. */
  public void seen(int to, long offset) {
    seen.merge(to, offset, Math::max);
  }

  /** A replay of a partition of the stream is at {@code offset}. */
  public void replayed(int from, long offset) {
    replayed.put(from, offset);
  }

  /**
   * An event stands in the topic. One that stands before what is known is passed over.
   *
   * @param from its partition of the stream
   * @param offset in that
   * @param to its partition of the topic
   * @param at its offset in that
   */
  public void add(int from, long offset, int to, long at) {
    Spans there = spans(to, from);
    if (!there.endsBefore(at)) {
      return;
    }
    size -= there.size();
    there.add(offset, at);
    size += there.size();
    seen(to, at + 1);
    if (size > spansMax && size > spans.size()) {
      merge();
    }
  }

  /** Makes room: merges what is closest together, until there are clearly fewer. */
  private void merge() {
    int enough = Math.max(spans.size(), spansMax / 4 * 3);
    while (true) {
      spans.values().forEach(each -> each.merge(width));
      size = spans.values().stream().mapToInt(Spans::size).sum();
      if (size <= enough || width > Long.MAX_VALUE / 2) {
        return;
      }
      width *= 2;
    }
  }

  private Spans spans(int to, int from) {
    Pair pair = lastPair;
    Spans there = lastSpans;
    if (pair == null || there == null || pair.to != to || pair.from != from) {
      pair = new Pair(to, from);
      there = spans.computeIfAbsent(pair, each -> new Spans());
      lastPair = pair;
      lastSpans = there;
    }
    return there;
  }

  /** Puts in what a file says; see {@link OffsetTableFile}. */
  void put(Pair pair, Spans there) {
    spans.put(pair, there);
    size += there.size();
  }

  /**
   * Where a reader of the stream goes on in the topic: at the first record there that it has not
   * read, or before. For each partition of the topic that is known.
   *
   * @param positions by partition of the stream the first offset not yet read; of one that is
   *     missing nothing was read
   */
  public SortedMap<Integer, Long> inTopic(Map<Integer, Long> positions) {
    SortedMap<Integer, Long> found = new TreeMap<>(seen);
    spans.forEach(
        (pair, there) -> {
          long at = there.firstAt(positions.getOrDefault(pair.from, 0L));
          if (at >= 0) {
            found.merge(pair.to, at, Math::min);
          }
        });
    return found;
  }

  /**
   * Where a reader of the topic goes on in the stream: at the first event that stands in the topic
   * and that it has not read, or before; behind the last if it has read all. For each partition of
   * the stream of which there is an event.
   *
   * @param positions by partition of the topic the first offset not yet read; of one that is
   *     missing nothing was read
   */
  public SortedMap<Integer, Long> inStream(Map<Integer, Long> positions) {
    SortedMap<Integer, Long> unread = new TreeMap<>();
    SortedMap<Integer, Long> ends = new TreeMap<>();
    spans.forEach(
        (pair, there) -> {
          ends.merge(pair.from, there.highest() + 1, Math::max);
          long lowest = there.lowestFrom(positions.getOrDefault(pair.to, 0L));
          if (lowest >= 0) {
            unread.merge(pair.from, lowest, Math::min);
          }
        });
    ends.putAll(unread);
    return ends;
  }
}
