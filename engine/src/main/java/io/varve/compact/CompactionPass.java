package io.varve.compact;

import io.varve.base.VarveException;
import io.varve.compact.Compaction.Plan;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentEntry;
import io.varve.log.SegmentReader;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a log, a batch at a time:
 *
 * <ol>
 *   <li>read the dirty segments and note the latest offset of each key, until all are read or the
 *       memory is full;
 *   <li>write the clean segments and those dirty ones anew, group by group, oldest first. Each
 *       group is put in the old one's place as soon as it is written.
 * </ol>
 *
 * So a pass may end at any point: what it has done so far stays right. An event only goes once a
 * later one of its key is there, and a segment only counts as clean once all before it are.
 *
 * <p>Thread: confined to one at a time.
 */
final class CompactionPass {

  /** Where a pass puts what it has written. */
  interface Target {

    /**
     * Commits {@code outputs} in the place of {@code inputs}.
     *
     * @return false if the log no longer is as it was, so that the pass is over
     * @throws IOException if that could not be written down and so didn't happen
     * @throws VarveException if the log's writer has failed; that may have happened, so that what
     *     was written must stay
     */
    boolean replace(List<SegmentEntry> inputs, List<SegmentEntry> outputs) throws IOException;
  }

  private final LogFolder log;
  private final RewriteSettings settings;
  private final Plan plan;
  private final Target target;
  private final CompactionCounters counters;
  private final BatchCursor cursor = new BatchCursor();

  // The first half.
  private int nextDirty;
  private @Nullable SegmentReader reader;

  // The second half.
  private KeepRule rule;
  private @Nullable Deque<List<SegmentEntry>> groups;
  private @Nullable Rewrite rewrite;

  /**
   * @param lastOffset of the last event in sealed segments
   * @param keyBytesMax memory for the keys
   */
  CompactionPass(
      LogFolder log,
      RewriteSettings settings,
      Plan plan,
      long lastOffset,
      long keyBytesMax,
      Target target,
      CompactionCounters counters) {
    this.log = log;
    this.settings = settings;
    this.plan = plan;
    this.target = target;
    this.counters = counters;
    long dirtyEvents = plan.dirty().stream().mapToLong(SegmentEntry::events).sum();
    this.rule =
        new KeepRule(
            new KeyOffsets(
                keyBytesMax, dirtyEvents, UUID.fromString(log.instances().self().nonce())),
            Long.MAX_VALUE,
            lastOffset,
            settings.clock().wallMs());
  }

  /**
   * Goes on by a batch.
   *
   * @return how many bytes that read and wrote; -1 if the pass is over
   */
  long step() throws IOException {
    Deque<List<SegmentEntry>> left = groups;
    if (left == null) {
      return noteBatch();
    }
    Rewrite writing = rewrite;
    if (writing == null) {
      if (left.isEmpty()) {
        counters.passed();
        return -1;
      }
      writing = new Rewrite(log, settings, left.remove(), rule);
      rewrite = writing;
    }
    long bytes = writing.step();
    if (bytes > 0) {
      return bytes;
    }
    rewrite = null;
    return replace(writing) ? 0 : -1;
  }

  /** The segment that it has come to, or null if that is none. */
  @Nullable SegmentEntry reading() {
    Rewrite writing = rewrite;
    if (writing != null) {
      return writing.reading();
    }
    return nextDirty < plan.dirty().size() ? plan.dirty().get(nextDirty) : null;
  }

  private boolean replace(Rewrite written) throws IOException {
    boolean replaced = false;
    boolean known = true;
    try {
      replaced = target.replace(written.inputs(), written.outputs());
    } catch (VarveException e) {
      known = false;
      throw e;
    } finally {
      if (!replaced && known) {
        written.discard();
      }
    }
    if (replaced) {
      counters.rewritten(written.inputs(), written.outputs());
    }
    return replaced;
  }

  private long noteBatch() throws IOException {
    SegmentReader from = reader;
    if (from == null) {
      if (nextDirty == plan.dirty().size()) {
        beginRewriting(nextDirty);
        return 0;
      }
      SegmentEntry dirty = plan.dirty().get(nextDirty);
      from = SegmentReader.open(log.directory(), dirty.fileName(), log.buffers(), null);
      from.limit(dirty.endPosition());
      reader = from;
    }
    BatchHeader header = from.peek();
    if (header == null) {
      closeReader();
      nextDirty++;
      return 0;
    }
    long bytes = header.totalBytes();
    from.load(cursor);
    while (cursor.next()) {
      if (!rule.latest().put(cursor)) {
        full(cursor.offset());
        break;
      }
    }
    return bytes;
  }

  /** Covers the segments that were read whole, or the first one as far as it was read. */
  private void full(long offset) throws IOException {
    closeReader();
    if (nextDirty == 0) {
      rule = new KeepRule(rule.latest(), offset, rule.lastOffset(), rule.nowMs());
    }
    beginRewriting(Math.max(1, nextDirty));
  }

  private void beginRewriting(int dirtyCovered) {
    if (plan.dirty().isEmpty()) {
      // Those whose tombstones may go; they need not be neighbours.
      groups = new ArrayDeque<>(plan.clean().stream().map(List::of).toList());
      return;
    }
    List<SegmentEntry> covered = new ArrayList<>(plan.clean());
    covered.addAll(plan.dirty().subList(0, dirtyCovered));
    groups =
        new ArrayDeque<>(
            settings.compaction().groups(covered, settings.segmentBytes(), rule.nowMs()));
  }

  private void closeReader() throws IOException {
    SegmentReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }

  /** Ends the pass, at whatever point, and deletes what is not part of the log. */
  void close() throws IOException {
    Rewrite writing = rewrite;
    rewrite = null;
    if (writing != null) {
      writing.discard();
    }
    closeReader();
  }
}
