package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a log at one commit: what exists, who owns it, where it ends. A file that no
 * manifest names does not exist.
 *
 * <p>Thread: immutable.
 *
 * @param number rises by one with each commit
 * @param epoch the owner's; rises with each opening for writing
 * @param owner who may write
 * @param released whether the owner has closed the log
 * @param writtenMs when, milliseconds since the Unix epoch
 * @param startOffset events below are gone by retention
 * @param nextOffset the next event has this offset or a higher one; what an open segment holds
 *     comes on top, see {@link CommitMark}
 * @param segments those that get no more events, by rising offsets
 * @param open the segment that is being written, or null
 * @param retired segments that are no longer part of the log, whose files may still be on disk
 *     because a reader needs them
 */
public record Manifest(
    long number,
    long epoch,
    Owner owner,
    boolean released,
    long writtenMs,
    long startOffset,
    long nextOffset,
    SegmentList segments,
    @Nullable OpenSegment open,
    SegmentList retired) {

  /** A larger manifest is refused: more than a million segments. */
  public static final int BYTES_MAX = 1 << 27;

  /** The format version that this code writes, and the newest that it reads. */
  public static final int FORMAT_VERSION = 1;

  private static final Owner NOBODY = new Owner("nobody", "", 0, new Owner.Instance("", ""));
  private static final long MAGIC = Fixed64.magic("VARVEMAN");
  private static final int CRC_AT = 8;
  private static final int BODY_AT = 12;
  private static final int TEXT_BYTES_MAX = 4096;

  /** A manifest of any lists of segments. */
  public Manifest(
      long number,
      long epoch,
      Owner owner,
      boolean released,
      long writtenMs,
      long startOffset,
      long nextOffset,
      List<SegmentEntry> segments,
      @Nullable OpenSegment open,
      List<SegmentEntry> retired) {
    this(
        number,
        epoch,
        owner,
        released,
        writtenMs,
        startOffset,
        nextOffset,
        SegmentList.of(segments),
        open,
        SegmentList.of(retired));
  }

  /**
   * The segment that is being written.
   *
   * @param firstOffset the offset of its first event
   * @param epoch the epoch of its writer, whose commit file says how far it is committed
   * @param createdMs when it was made
   */
  public record OpenSegment(long firstOffset, long epoch, long createdMs) {

    public String fileName() {
      return FileNames.segment(firstOffset, epoch, 0);
    }
  }

  /** The manifest before the first: an empty log that nobody owns. */
  public static Manifest empty() {
    return new Manifest(0, 0, NOBODY, true, 0, 0, 0, List.of(), null, List.of());
  }

  /**
   * The start offset of this log once it has {@code sealed}. Compaction leaves it where it is, as
   * in Kafka, and so it begins with the first segment that the log ever has.
   */
  public long startOffsetWith(List<SegmentEntry> sealed) {
    return segments.isEmpty() && !sealed.isEmpty()
        ? Math.max(startOffset, sealed.get(0).firstOffset())
        : startOffset;
  }

  /**
   * This log as its last owner would have left it had it closed the log with these segments and
   * nothing retired.
   */
  public Manifest closedWith(List<SegmentEntry> all, long next) {
    return new Manifest(
        number, epoch, owner, true, writtenMs, startOffsetWith(all), next, all, null, List.of());
  }

  public ByteBuffer encode() {
    byte[] name = text(owner.name());
    byte[] host = text(owner.host());
    byte[] process = text(owner.instance().process());
    byte[] nonce = text(owner.instance().nonce());
    int bytes =
        BODY_AT
            + 4
            + 7 * 8
            + 4
            + 4 * 4
            + name.length
            + host.length
            + process.length
            + nonce.length
            + 3 * 8
            + 2 * 4
            + segments.encodedBytes()
            + retired.encodedBytes();
    ByteBuffer to = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION);
    to.putLong(number).putLong(epoch).putLong(writtenMs);
    to.putLong(startOffset).putLong(nextOffset).putLong(owner.pid());
    to.putInt(released ? 1 : 0);
    put(to, name);
    put(to, host);
    put(to, process);
    put(to, nonce);
    OpenSegment writing = open == null ? new OpenSegment(-1, 0, 0) : open;
    to.putLong(writing.firstOffset()).putLong(writing.epoch()).putLong(writing.createdMs());
    put(to, segments);
    put(to, retired);
    to.flip();
    to.putInt(CRC_AT, Checksum.of(to, BODY_AT, to.limit() - BODY_AT));
    return to;
  }

  /** Decodes a whole manifest file. */
  public static Manifest decode(ByteBuffer bytes, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "manifest", file);
    try {
      return decodeBody(from, file);
    } catch (BufferUnderflowException e) {
      throw new CorruptionException(
          file, from.position(), "a manifest that is complete", from.limit() + " bytes");
    }
  }

  private static Manifest decodeBody(ByteBuffer from, String file) {
    long number = from.getLong();
    long epoch = from.getLong();
    long writtenMs = from.getLong();
    long startOffset = from.getLong();
    long nextOffset = from.getLong();
    long pid = from.getLong();
    boolean released = from.getInt() != 0;
    String name = getText(from, file);
    String host = getText(from, file);
    Owner.Instance instance = new Owner.Instance(getText(from, file), getText(from, file));
    Owner owner = new Owner(name, host, pid, instance);
    OpenSegment open = new OpenSegment(from.getLong(), from.getLong(), from.getLong());
    SegmentList segments = getSegments(from, file);
    SegmentList retired = getSegments(from, file);
    if (from.hasRemaining()) {
      throw new CorruptionException(
          file, from.position(), "the end of the manifest", from.remaining() + " bytes more");
    }
    return new Manifest(
        number,
        epoch,
        owner,
        released,
        writtenMs,
        startOffset,
        nextOffset,
        segments,
        open.firstOffset() < 0 ? null : open,
        retired);
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= TEXT_BYTES_MAX ? bytes : java.util.Arrays.copyOf(bytes, TEXT_BYTES_MAX);
  }

  private static void put(ByteBuffer to, byte[] bytes) {
    to.putInt(bytes.length).put(bytes);
  }

  private static String getText(ByteBuffer from, String file) {
    byte[] bytes = new byte[getCount(from, 1, TEXT_BYTES_MAX, file)];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int getCount(ByteBuffer from, int bytesEach, int max, String file) {
    int at = from.position();
    int count = from.getInt();
    if (count < 0 || count > max || (long) count * bytesEach > from.remaining()) {
      throw new CorruptionException(
          file, at, "a count that the " + from.remaining() + " bytes left can hold", "" + count);
    }
    return count;
  }

  private static void put(ByteBuffer to, SegmentList segments) {
    to.putInt(segments.size());
    segments.encode(to);
  }

  private static SegmentList getSegments(ByteBuffer from, String file) {
    int count = getCount(from, SegmentEntry.BYTES, Integer.MAX_VALUE, file);
    return SegmentList.decode(from, count, file);
  }
}
