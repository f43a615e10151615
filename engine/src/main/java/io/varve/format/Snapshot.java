package io.varve.format;

import io.varve.base.CorruptionException;
import io.varve.format.Manifest.OpenSegment;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/**
 * A log at one moment: its manifest, and how far its open segment was published. What it names
 * never changes, so it takes the same short time to make however large the log is.
 *
 * <p>Thread: immutable.
 *
 * @param takenMs when, milliseconds since the Unix epoch
 * @param manifest the log's state
 * @param mark how far the manifest's open segment is part of the snapshot; {@link CommitMark#NONE}
 *     if nothing of it is
 */
public record Snapshot(long takenMs, Manifest manifest, CommitMark mark) {

  /** A larger file is refused. */
  public static final int BYTES_MAX = Manifest.BYTES_MAX;

  private static final int FORMAT_VERSION = 1;
  private static final long MAGIC = Fixed64.magic("VARVESNP");
  private static final int CRC_AT = 8;
  private static final int BODY_AT = 12;
  private static final int MANIFEST_AT = BODY_AT + 4 + 6 * 8;

  /** No event of the log at that moment has this offset or a higher one. */
  public long nextOffset() {
    return Math.max(manifest.nextOffset(), mark.nextOffset());
  }

  /** How many events the log had. */
  public long events() {
    long events = mark.segmentFirstOffset() < 0 ? 0 : mark.events();
    for (SegmentEntry segment : manifest.segments()) {
      events += segment.events();
    }
    return events;
  }

  /** Bytes of the segments that it keeps, as far as they are part of it. */
  public long bytes() {
    long bytes = mark.segmentFirstOffset() < 0 ? 0 : mark.endPosition();
    for (SegmentEntry segment : manifest.segments()) {
      bytes += segment.bytes();
    }
    return bytes;
  }

  /** The names of the segments that hold the snapshot's events. */
  public Set<String> segmentNames() {
    Set<String> names = new HashSet<>();
    manifest.segments().forEach(segment -> names.add(segment.fileName()));
    OpenSegment open = manifest.open();
    if (open != null && mark.segmentFirstOffset() == open.firstOffset()) {
      names.add(open.fileName());
    }
    return names;
  }

  public ByteBuffer encode() {
    ByteBuffer state = manifest.encode();
    ByteBuffer to =
        ByteBuffer.allocate(MANIFEST_AT + state.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION).putLong(takenMs);
    to.putLong(mark.sequence()).putLong(mark.segmentFirstOffset()).putLong(mark.endPosition());
    to.putLong(mark.nextOffset()).putLong(mark.events());
    to.put(state).flip();
    return to.putInt(CRC_AT, Checksum.of(to, BODY_AT, to.limit() - BODY_AT));
  }

  /** Decodes a whole snapshot file. */
  public static Snapshot decode(ByteBuffer bytes, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "snapshot", file);
    try {
      long takenMs = from.getLong();
      CommitMark mark =
          new CommitMark(
              from.getLong(), from.getLong(), from.getLong(), from.getLong(), from.getLong());
      return new Snapshot(takenMs, Manifest.decode(from, file), mark);
    } catch (BufferUnderflowException e) {
      throw new CorruptionException(
          file, from.position(), "a snapshot that is complete", from.limit() + " bytes");
    }
  }
}
