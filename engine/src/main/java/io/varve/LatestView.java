package io.varve;

import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.manifest.StoreFiles;
import io.varve.view.BlockCache;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
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

  private final StoreFiles files;
  private final String stream;
  private final int generation;
  private final UUID storeId;
  private final LatestSettings settings;
  private final Listener listener;
  private final ReaderOpening readers;
  private final BlockCache cache;
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

  /** Opens a reader of a log. */
  interface ReaderOpening {
    LogReader open(StreamPartition log, long fromOffset);
  }

  private LatestView(
      StoreFiles files,
      String stream,
      int generation,
      LatestSettings settings,
      Listener listener,
      ReaderOpening readers)
      throws IOException {
    this.files = files;
    this.stream = stream;
    this.generation = generation;
    this.storeId = files.layout().marker().id();
    this.settings = settings;
    this.listener = listener;
    this.readers = readers;
    this.cache = new BlockCache(settings.cacheBytes());
  }

  /** Opens a view and reads what it needs to know. */
  static LatestView open(
      StoreFiles files,
      String stream,
      int generation,
      LatestSettings settings,
      Listener listener,
      ReaderOpening readers) {
    LatestView view;
    try {
      view = new LatestView(files, stream, generation, settings, listener, readers);
    } catch (IOException e) {
      throw cannotOpen(stream, e);
    }
    boolean done = false;
    try {
      view.refresh();
      done = true;
      return view;
    } finally {
      if (!done) {
        view.close();
      }
    }
  }

  private static StoreFailedException cannotOpen(String stream, IOException cause) {
    return new StoreFailedException("Opening a view of stream '" + stream + "' failed", cause);
  }

  /**
   * Takes in what was published since, also in partitions that are new.
   *
   * @return whether there was anything
   */
  public synchronized boolean refresh() {
    check();
    try {
      for (int partition : files.layout().partitions(stream, generation)) {
        if (!byPartition.containsKey(partition)) {
          byPartition.put(partition, openLog(new StreamPartition(stream, generation, partition)));
          logs = new ArrayList<>(byPartition.values());
        }
      }
    } catch (IOException e) {
      throw cannotOpen(stream, e);
    }
    boolean changed = false;
    for (LogLatest log : logs) {
      changed |= log.refresh();
    }
    return changed;
  }

  private LogLatest openLog(StreamPartition log) throws IOException {
    return new LogLatest(
        files.log(log),
        storeId,
        files.numbers().getAsLong(),
        settings,
        cache,
        listener,
        from -> readers.open(log, from));
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
