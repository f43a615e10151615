package io.varve;

import io.varve.base.StoreClosedException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest event of each key of a stream: what a table made of the stream would hold. A key whose
 * latest event is a tombstone is not in it, nor is one whose latest event retention has taken.
 *
 * <p>Keys are not kept in memory, only 16 bytes of hash and offset for each; the event is read from
 * the log, or from a cache. So an event is quick to read where batches are small: a log that is
 * made to be looked up has {@code batch.bytes} of some KiB. It works beside the log's writer, in
 * its process or another.
 *
 * <pre>{@code
 * try (LatestView view = store.openLatest("customers", LatestSettings.defaults())) {
 *   LatestView.Found found = view.get(key);
 * }
 * }</pre>
 *
 * <p>It shows the log as of the last {@link #refresh}. Damaged bytes are a {@link
 * io.varve.base.CorruptionException}.
 *
 * <p>Thread: safe; refresh and get don't keep each other waiting for long.
 */
public final class LatestView implements AutoCloseable {

  private final String stream;
  private final UUID storeId;
  private final Supplier<List<StreamPartition>> listing;
  private final Function<StreamPartition, LogLatest> opening;
  private final SortedMap<Integer, LogLatest> byPartition = new TreeMap<>();
  private volatile List<LogLatest> logs = List.of();
  private volatile boolean closed;

  /** Hears how far a log has been read. */
  public interface Listener {

    /** Hears nothing. */
    Listener NONE = (log, offset, end) -> {};

    /**
     * Called every some hundred events.
     *
     * @param offset where the view is in the log
     * @param end where the log ends
     */
    void read(StreamPartition log, long offset, long end);
  }

  /**
   * The latest event of a key.
   *
   * @param log where it is
   */
  public record Found(StreamPartition log, Event event) {}

  /**
   * @param listing the stream's logs
   */
  LatestView(
      String stream,
      UUID storeId,
      Supplier<List<StreamPartition>> listing,
      Function<StreamPartition, LogLatest> opening) {
    this.stream = stream;
    this.storeId = storeId;
    this.listing = listing;
    this.opening = opening;
  }

  /**
   * Takes in what was published since, also in partitions that are new.
   *
   * @return whether there was anything
   */
  public synchronized boolean refresh() {
    check();
    for (StreamPartition log : listing.get()) {
      if (!byPartition.containsKey(log.partition())) {
        byPartition.put(log.partition(), opening.apply(log));
        logs = new ArrayList<>(byPartition.values());
      }
    }
    boolean changed = false;
    for (LogLatest log : logs) {
      changed |= log.refresh();
    }
    return changed;
  }

  /** The latest event of a key of plain bytes, as {@link #get(Encoding, byte[])}. */
  public @Nullable Found get(byte[] key) {
    return get(Encoding.BYTES, key);
  }

  /**
   * The latest event of a key. If several partitions have the key, which a producer that goes by
   * the key avoids, it is the event with the highest timestamp, or of those the one in the highest
   * partition.
   *
   * @return null if there is none
   */
  public @Nullable Found get(Encoding encoding, byte[] key) {
    check();
    KeyHash hash = new KeyHash(storeId);
    hash.of(encoding, key, key.length);
    Found latest = null;
    for (LogLatest log : logs) {
      Event event = log.get(encoding, key, hash);
      if (event != null
          && (latest == null || event.timestampMs() >= latest.event().timestampMs())) {
        latest = new Found(log.name(), event);
      }
    }
    return latest;
  }

  /** How many keys have a latest event; one that is in two partitions counts twice. */
  public long keys() {
    return logs.stream().mapToLong(LogLatest::keys).sum();
  }

  /** Bytes of memory that it takes, without the cache. */
  public long bytes() {
    return logs.stream().mapToLong(LogLatest::bytes).sum();
  }

  /** Every event of a partition with a lower offset is in the view; 0 if there is no such one. */
  public long nextOffset(int partition) {
    return logs.stream()
        .filter(log -> log.name().partition() == partition)
        .map(LogLatest::nextOffset)
        .max(Comparator.naturalOrder())
        .orElse(0L);
  }

  private void check() {
    if (closed) {
      throw new StoreClosedException("The view of stream '" + stream + "'");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    List<LogLatest> open = logs;
    logs = List.of();
    byPartition.clear();
    open.forEach(LogLatest::close);
  }
}
