package io.varve.verify;

import io.varve.format.CommitMark;
import io.varve.format.Manifest;
import io.varve.format.Owner;
import io.varve.format.SegmentEntry;
import java.util.function.Consumer;

/** A log's state in words. */
final class ManifestWords {

  private ManifestWords() {}

  /**
   * Tells what a manifest says.
   *
   * @param at where in its file it begins
   */
  static void tell(Manifest manifest, long at, Consumer<Part> parts) {
    part(parts, at, "manifest", "number " + manifest.number() + ", epoch " + manifest.epoch());
    part(parts, at, "written", Words.time(manifest.writtenMs()));
    part(
        parts,
        at,
        "offsets",
        "events begin at "
            + manifest.startOffset()
            + ", the next is not below "
            + manifest.nextOffset());
    Owner owner = manifest.owner();
    part(parts, at, "owner", owner + (manifest.released() ? ", has closed the log" : ""));
    Manifest.OpenSegment open = manifest.open();
    part(
        parts,
        at,
        "open segment",
        open == null ? "none" : open.fileName() + ", created " + Words.time(open.createdMs()));
    manifest.segments().forEach(segment -> part(parts, at, "segment", entry(segment)));
    manifest.retired().forEach(segment -> part(parts, at, "retired", entry(segment)));
  }

  private static String entry(SegmentEntry segment) {
    return segment.fileName()
        + ": "
        + segment.events()
        + " events, offsets "
        + segment.firstOffset()
        + " to "
        + segment.lastOffset()
        + ", "
        + Words.times(segment.minTimestampMs(), segment.maxTimestampMs())
        + ", batches end at byte "
        + segment.endPosition()
        + (segment.sealed() ? ", has a footer" : ", no footer")
        + (segment.dirty() ? "" : ", compacted")
        + (segment.indexEpoch() == 0 ? ", no index" : ", index " + segment.indexName());
  }

  /** What a mark says. */
  static String mark(CommitMark mark) {
    return mark.segmentFirstOffset() < 0
        ? "nothing committed yet"
        : "commit "
            + mark.sequence()
            + ": "
            + mark.events()
            + " events up to byte "
            + mark.endPosition()
            + " of the segment with first offset "
            + mark.segmentFirstOffset()
            + ", next offset "
            + mark.nextOffset();
  }

  private static void part(Consumer<Part> parts, long at, String name, String text) {
    parts.accept(new Part(at, name, text, false));
  }
}
