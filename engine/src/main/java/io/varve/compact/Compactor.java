package io.varve.compact;

import io.varve.base.CorruptionException;
import io.varve.compact.Compaction.Plan;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts one log while its writer has it open.
 *
 * <p>A pass that fails, on a full disk for example, changes nothing and is tried again later.
 * Damaged segments are reported and never written anew: the log is not compacted any more, and goes
 * on as it is.
 *
 * <p>Thread: {@link #maintain}, {@link #close} and {@link #metrics} are safe; all else is confined
 * to the lane's strand.
 */
public final class Compactor implements AutoCloseable {

  private static final long RETRY_NANOS = 60_000_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  private final LogFolder log;
  private final RewriteSettings settings;
  private final CompactionLane lane;
  private final Live live;
  private final CompactionCounters counters;

  private @Nullable CompactionPass pass;
  private Work.@Nullable Repeating steps;
  private boolean damaged;
  private boolean failedBefore;
  private long failedNanos;
  private volatile boolean closed;

  /** The log's live set, as its writer has it. Thread: safe. */
  public interface Live extends CompactionPass.Target {

    /** Segments that get no more events, by rising offsets. */
    List<SegmentEntry> segments();
  }

  public Compactor(LogFolder log, RewriteSettings settings, CompactionLane lane, Live live) {
    this.log = log;
    this.settings = settings;
    this.lane = lane;
    this.live = live;
    this.counters = new CompactionCounters(settings.clock());
  }

  /** Begins a pass if one is due. */
  public void maintain() {
    if (settings.compaction().enabled() && !closed) {
      onStrand(this::begin);
    }
  }

  /** Ends a pass that is under way, soon. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onStrand(this::end);
    }
  }

  public CompactionMetrics metrics() {
    return counters.snapshot();
  }

  private void onStrand(Runnable task) {
    try {
      lane.strand().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The store of {} has been closed; it is not compacted any more", log.name());
    }
  }

  private void begin() {
    if (closed || damaged || pass != null || pausing()) {
      return;
    }
    List<SegmentEntry> segments = live.segments();
    counters.look(segments);
    Plan plan = settings.compaction().plan(segments, settings.clock().wallMs());
    if (plan.isEmpty() || !lane.take()) {
      return;
    }
    boolean begun = false;
    try {
      long lastOffset = segments.get(segments.size() - 1).lastOffset();
      pass =
          new CompactionPass(log, settings, plan, lastOffset, lane.keyBytesMax(), live, counters);
      counters.began();
      steps = lane.repeat(this::step);
      begun = true;
    } finally {
      if (!begun) {
        pass = null;
        lane.leave();
      }
    }
  }

  private boolean pausing() {
    return failedBefore && settings.clock().nanos() - failedNanos < RETRY_NANOS;
  }

  /** Goes on as far as the budget lets it. */
  private void step() {
    CompactionPass going = pass;
    boolean over = true;
    try {
      while (going != null && !closed) {
        if (!lane.budget().available()) {
          over = false;
          return;
        }
        long bytes = going.step();
        if (bytes < 0) {
          failedBefore = false;
          return;
        }
        lane.budget().spend(bytes);
      }
    } catch (NoSuchFileException e) {
      // Retention may have taken what the pass was about to read; the next one plans without it.
      if (going == null || live.segments().contains(going.reading())) {
        failed(e);
      }
    } catch (CorruptionException e) {
      damaged = true;
      counters.failed();
      LOG.error("{} is damaged and will not be compacted any more", log.name(), e);
    } catch (IOException | RuntimeException e) {
      failed(e);
    } finally {
      if (over) {
        end();
      }
    }
  }

  private void failed(Exception cause) {
    counters.failed();
    failedBefore = true;
    failedNanos = settings.clock().nanos();
    LOG.warn("Compacting {} failed", log.name(), cause);
  }

  private void end() {
    CompactionPass ending = pass;
    Work.Repeating stepping = steps;
    if (ending == null) {
      return;
    }
    pass = null;
    steps = null;
    if (stepping != null) {
      stepping.close();
    }
    lane.leave();
    counters.look(live.segments());
    try {
      ending.close();
    } catch (IOException e) {
      LOG.warn("Closing files of {} failed: {}", log.name(), e.toString());
    }
  }
}
