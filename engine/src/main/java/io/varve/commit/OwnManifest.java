package io.varve.commit;

import io.varve.base.Clock;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest manifest of a log, as the writer that made it has it. Every change is a manifest that
 * follows; when another writer's has come first, this one is fenced.
 *
 * <p>Thread: confined to one at a time.
 */
final class OwnManifest {

  private final LogFolder log;
  private final Clock clock;
  private Manifest newest;

  OwnManifest(LogFolder log, Clock clock, Manifest newest) {
    this.log = log;
    this.clock = clock;
    this.newest = newest;
  }

  Manifest get() {
    return newest;
  }

  /** Whether nobody is looking for a segment that grows, since the writer is gone. */
  boolean isReleased() {
    return newest.released();
  }

  /** Throws if another writer has taken the log over. */
  void checkEpoch() throws IOException {
    if (log.manifests().superseded(newest)) {
      throw Takeover.fenced(log, newest);
    }
  }

  /**
   * Says which segments are sealed and which is open.
   *
   * @param nextOffset every event in the sealed ones has a lower offset
   */
  void commitSegments(
      List<SegmentEntry> segments, @Nullable OpenSegment open, long nextOffset, boolean released)
      throws IOException {
    long start = newest.startOffsetWith(segments);
    commit(following(segments, open, start, nextOffset, newest.retired(), released));
  }

  /** Says that there is no event below {@code nextOffset} but those in sealed segments. */
  void commitGap(long nextOffset) throws IOException {
    commit(
        following(
            newest.segments(), null, newest.startOffset(), nextOffset, newest.retired(), false));
  }

  /** Takes the first {@code count} segments, which have expired, out of the log. */
  void retire(int count) throws IOException {
    List<SegmentEntry> segments = newest.segments();
    List<SegmentEntry> retired = new ArrayList<>(newest.retired());
    retired.addAll(segments.subList(0, count));
    long start =
        count < segments.size()
            ? segments.get(count).firstOffset()
            : segments.get(count - 1).lastOffset() + 1;
    commit(
        following(
            segments.subList(count, segments.size()),
            newest.open(),
            start,
            newest.nextOffset(),
            retired,
            false));
  }

  /** Says that of the retired segments only {@code kept} still have their files. */
  void commitRetired(List<SegmentEntry> kept) throws IOException {
    commit(
        following(
            newest.segments(),
            newest.open(),
            newest.startOffset(),
            newest.nextOffset(),
            kept,
            false));
  }

  /**
   * The manifest in which {@code outputs} stand in the place of {@code inputs}.
   *
   * @return null if the log no longer has those
   */
  @Nullable Manifest replacing(List<SegmentEntry> inputs, List<SegmentEntry> outputs) {
    int at = Collections.indexOfSubList(newest.segments(), inputs);
    if (at < 0) {
      return null;
    }
    List<SegmentEntry> segments = new ArrayList<>(newest.segments());
    List<SegmentEntry> replaced = segments.subList(at, at + inputs.size());
    List<SegmentEntry> retired = new ArrayList<>(newest.retired());
    replaced.forEach(each -> retired.add(each.asReplaced()));
    replaced.clear();
    segments.addAll(at, outputs);
    return following(
        segments, newest.open(), newest.startOffset(), newest.nextOffset(), retired, false);
  }

  /** Commits a manifest that follows and that has been prepared. */
  void commitPrepared(Manifest following) throws IOException {
    believe(following, log.manifests().commitPrepared(following));
  }

  private void commit(Manifest following) throws IOException {
    believe(following, log.manifests().commit(following));
  }

  private void believe(Manifest following, boolean committed) throws IOException {
    if (!committed) {
      throw Takeover.fenced(log, newest);
    }
    newest = following;
  }

  private Manifest following(
      List<SegmentEntry> segments,
      @Nullable OpenSegment open,
      long start,
      long next,
      List<SegmentEntry> retired,
      boolean released) {
    return new Manifest(
        newest.number() + 1,
        newest.epoch(),
        newest.owner(),
        released,
        clock.wallMs(),
        Math.max(start, newest.startOffset()),
        Math.max(next, newest.nextOffset()),
        segments,
        open,
        retired);
  }
}
