package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.StoreFailedException;
import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.field.FieldBuild;
import io.varve.field.FieldExtractor;
import io.varve.field.FieldFolder;
import io.varve.field.FieldLists;
import io.varve.format.FieldList;
import io.varve.format.Manifest;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import io.varve.manifest.LogState;
import io.varve.manifest.StoreFiles;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes of fields of a store's events: which fields of a stream have one, building them, and
 * reading what they lead to. What is not indexed yet is read whole, so an answer never depends on
 * them. See {@link io.varve.field}.
 *
 * <p>Thread: safe, also beside writers and others who build, in other processes too.
 */
public final class FieldIndexes {

  private static final Logger LOG = LoggerFactory.getLogger(FieldIndexes.class);

  /** Memory that a build uses, about. */
  private static final long BUILD_BYTES = 96L << 20;

  /** After failures in a row so many times the interval go by at most before it is tried again. */
  private static final int INTERVALS_LEFT_OUT_MAX = 60;

  /** How often to try when others change a list at the same time. */
  private static final int ATTEMPTS = 100;

  private final StoreFiles store;
  private final Function<StreamPartition, LogFolder> logs;
  private final Work work;

  FieldIndexes(StoreFiles store, Function<StreamPartition, LogFolder> logs, Work work) {
    this.store = store;
    this.logs = logs;
    this.work = work;
  }

  /** The fields of a stream that are to be indexed, in all its generations. */
  public List<String> fields(String stream) {
    try {
      return lists(stream).newest().fields();
    } catch (IOException e) {
      throw new StoreFailedException(
          "Reading which fields of " + stream + " are indexed failed", e);
    }
  }

  /**
   * Says which fields of a stream are to be indexed from now on; durable on return. Indexes of
   * others go with the next {@link #build}, which also makes those of new ones.
   *
   * @param fields as the extractor names them; none to have no index any more
   */
  public void define(String stream, List<String> fields) {
    if (fields.size() > FieldList.FIELDS_MAX || new HashSet<>(fields).size() < fields.size()) {
      throw new BadSettingException(
          "index.fields", fields, "at most " + FieldList.FIELDS_MAX + " fields, each once");
    }
    for (String field : fields) {
      int bytes = field.getBytes(StandardCharsets.UTF_8).length;
      if (bytes == 0 || bytes > FieldList.NAME_BYTES_MAX) {
        throw new BadSettingException(
            "index.fields", field, "a name of 1 to " + FieldList.NAME_BYTES_MAX + " bytes");
      }
    }
    try {
      FieldLists lists = lists(stream);
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (lists.replace(lists.newest(), fields)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new StoreFailedException(
          "Writing which fields of " + stream + " are indexed failed", e);
    }
    throw new StoreFailedException("The fields of " + stream + " change too fast", null);
  }

  private FieldLists lists(String stream) {
    StreamPartition.checkStream(stream);
    return new FieldLists(
        store.layout().root().folder("streams").folder(stream),
        store.instances().self().nonce() + "-" + store.numbers().getAsLong());
  }

  /**
   * Builds what a log's indexes lack, beside whoever writes and reads it. Where another builder is
   * at work, it is left to that one.
   *
   * @param goOn asked now and then; false ends it, and leaves what was built
   * @throws io.varve.base.NoSuchStreamException if the store does not hold the log
   * @throws io.varve.base.CorruptionException if a segment is damaged
   */
  public FieldBuild.Report build(
      StreamPartition log,
      FieldExtractor.Kind kind,
      FieldBuild.Listener listener,
      BooleanSupplier goOn) {
    LogFolder folder = logs.apply(log);
    Executor ahead = work.strand();
    try {
      return new FieldBuild(
              folder, folder(folder), kind, ahead, store.numbers().getAsLong(), BUILD_BYTES)
          .build(fields(log.stream()), listener, goOn);
    } catch (IOException e) {
      throw new StoreFailedException("Building the field indexes of " + log + " failed", e);
    }
  }

  /**
   * Builds what a log's indexes lack now and then, until the returned handle is closed: each sealed
   * segment gets its index soon. What fails is logged, and tried again.
   *
   * @param builders whose threads do it; a build may occupy one for minutes
   */
  public Work.Repeating keepBuilt(
      StreamPartition log, FieldExtractor.Kind kind, Work builders, long intervalMs) {
    return keepBuilt(log, kind, builders, intervalMs, new Watch() {});
  }

  /** What is told of indexes that are kept built, by the thread that builds. */
  public interface Watch extends FieldBuild.Listener {

    @Override
    default void read(long events, long bytes, long bytesLeft) {}

    /** All that was missing has been looked at. */
    default void built(FieldBuild.Report report) {}

    /** Something could not be built; it will be tried again. */
    default void failed(Exception cause) {}
  }

  /** The same, telling {@code watch} how it goes. */
  public Work.Repeating keepBuilt(
      StreamPartition log, FieldExtractor.Kind kind, Work builders, long intervalMs, Watch watch) {
    Keeper keeper = new Keeper(log, kind, watch);
    Executor strand = builders.strand();
    Work.Repeating repeating =
        builders.every(
            intervalMs,
            () -> {
              if (keeper.running.compareAndSet(false, true)) {
                strand.execute(keeper::step);
              }
            });
    return () -> {
      keeper.closed = true;
      repeating.close();
    };
  }

  /** Builds what is missing of one log, time and again; looks no further while nothing is new. */
  private final class Keeper {

    private final StreamPartition log;
    private final FieldExtractor.Kind kind;
    private final Watch watch;
    private final LogFolder folder;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean closed;

    private Manifest seen = Manifest.empty();
    private List<String> built = List.of();
    private int failuresInARow;
    private int intervalsLeftOut;

    Keeper(StreamPartition log, FieldExtractor.Kind kind, Watch watch) {
      this.log = log;
      this.kind = kind;
      this.watch = watch;
      this.folder = logs.apply(log);
    }

    void step() {
      // What is damaged stays so: each try may read a segment to no use.
      if (intervalsLeftOut < Math.min(INTERVALS_LEFT_OUT_MAX, failuresInARow)) {
        intervalsLeftOut++;
        running.set(false);
        return;
      }
      intervalsLeftOut = 0;
      try {
        List<String> fields = closed ? built : fields(log.stream());
        if (closed || (fields.equals(built) && !folder.manifests().superseded(seen))) {
          return;
        }
        Manifest now = folder.manifests().load();
        FieldBuild.Report report = build(log, kind, watch, () -> !closed);
        failuresInARow = 0;
        watch.built(report);
        if (!closed && report.elsewhere() == 0) {
          seen = now;
          built = fields;
        }
      } catch (IOException | RuntimeException e) {
        failuresInARow++;
        LOG.warn("Field indexes of {} could not be built; they will be tried again", log, e);
        watch.failed(e);
      } finally {
        running.set(false);
      }
    }
  }

  /**
   * How far the indexes of a log are.
   *
   * @param segments sealed segments
   * @param segmentBytes bytes of these
   * @param indexedSegments by field how many of these have an index of it
   * @param indexBytes bytes of all indexes of the log
   */
  public record Status(
      int segments, long segmentBytes, Map<String, Integer> indexedSegments, long indexBytes) {}

  /**
   * How far a log's indexes are.
   *
   * @throws io.varve.base.NoSuchStreamException if the store does not hold it
   */
  public Status status(StreamPartition log, String extractor) {
    LogFolder folder = logs.apply(log);
    try (LogState state = new LogState(folder)) {
      state.load();
      Map<String, Integer> counts = new LinkedHashMap<>();
      fields(log.stream()).forEach(field -> counts.put(field, 0));
      FieldFolder files = folder(folder);
      List<SegmentEntry> segments = state.manifest().segments();
      long segmentBytes = 0;
      long indexBytes = 0;
      for (SegmentEntry segment : segments) {
        FieldFolder.Indexed indexed = files.indexed(segment, extractor);
        indexed.fields().forEach(field -> counts.computeIfPresent(field, (f, n) -> n + 1));
        indexBytes += indexed.bytes();
        segmentBytes += segment.bytes();
      }
      return new Status(segments.size(), segmentBytes, counts, indexBytes);
    } catch (IOException e) {
      throw new StoreFailedException("Looking at the field indexes of " + log + " failed", e);
    }
  }

  /**
   * Deletes all of a log's indexes; what the stream's list has is built anew with the next build.
   */
  public void deleteAll(StreamPartition log) {
    LogFolder folder = logs.apply(log);
    try {
      folder(folder).deleteAll();
    } catch (IOException e) {
      throw new StoreFailedException("Deleting the field indexes of " + log + " failed", e);
    }
  }

  /**
   * Opens a log for reading what may meet a condition: of segments that have an index only blocks
   * that it leads to, of all others everything. Events come that don't meet it, too.
   *
   * @param extractor the way in which the condition's fields are found in events
   * @throws io.varve.base.NoSuchStreamException if the store does not hold the log
   */
  public LogReader openReader(
      StreamPartition log, ReadRange range, Condition condition, String extractor) {
    LogFolder folder = logs.apply(log);
    try {
      return LogReader.open(
          folder,
          range,
          store.clock(),
          work.strand(),
          store.numbers().getAsLong(),
          condition instanceof Condition.All
              ? null
              : new FieldSearch(folder(folder), condition, extractor));
    } catch (IOException e) {
      throw new StoreFailedException("Opening " + log + " for reading failed", e);
    }
  }

  /**
   * Asks the indexes of a log how much there is to read of it, without reading any event.
   *
   * @throws io.varve.base.NoSuchStreamException if the store does not hold the log
   */
  public FieldSearchReport estimate(
      StreamPartition log, ReadRange range, Condition condition, String extractor) {
    LogFolder folder = logs.apply(log);
    try (LogState state = new LogState(folder)) {
      state.load();
      FieldSearch search = new FieldSearch(folder(folder), condition, extractor);
      for (SegmentEntry segment : new ArrayList<>(state.manifest().segments())) {
        if (segment.lastOffset() >= range.fromOffset()
            && segment.firstOffset() < range.toOffset()
            && (!range.boundsTimes()
                || segment.mayHoldTimes(range.fromTimeMs(), range.toTimeMs()))) {
          search.in(segment);
        }
      }
      return search.report();
    } catch (IOException e) {
      throw new StoreFailedException("Asking the field indexes of " + log + " failed", e);
    }
  }

  private FieldFolder folder(LogFolder log) throws IOException {
    return new FieldFolder(log, store.layout().marker().id());
  }
}
