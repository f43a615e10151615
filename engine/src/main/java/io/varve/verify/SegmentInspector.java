package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.SegmentFooter;
import io.varve.format.SegmentHeader;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Tells in words what stands in a segment: header, batches up to the first that is none, footer.
 *
 * <p>Thread: confined to one.
 */
final class SegmentInspector {

  private final ReadFile file;
  private final String path;
  private final Consumer<Part> parts;
  private final BatchHeader batch = new BatchHeader();
  private final BatchCursor cursor = new BatchCursor();

  private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

  SegmentInspector(ReadFile file, String path, Consumer<Part> parts) {
    this.file = file;
    this.path = path;
    this.parts = parts;
  }

  void inspect() throws IOException {
    long length = file.length();
    long epoch;
    try {
      SegmentHeader header = SegmentHeader.decode(read(0, SegmentHeader.BYTES), path);
      epoch = header.epoch();
      tell(
          0,
          "segment header",
          "first offset "
              + header.firstOffset()
              + ", epoch "
              + epoch
              + ", generation "
              + header.generation()
              + ", partition "
              + header.partition()
              + (header.rewrite() == 0 ? "" : ", compaction's number " + header.rewrite())
              + ", created "
              + Words.time(header.createdMs()));
    } catch (CorruptionException e) {
      problem(0, "segment header", e);
      epoch = epochOfFirstBatch();
    } catch (FormatTooNewException e) {
      parts.accept(new Part(0, "segment header", String.valueOf(e.getMessage()), true));
      return;
    }
    long end = batches(epoch, length);
    if (end < length) {
      behind(end, length);
    }
  }

  /** A batch carries the low half of its segment's epoch. */
  private long epochOfFirstBatch() throws IOException {
    ByteBuffer first = read(SegmentHeader.BYTES, BatchHeader.BYTES);
    return first.limit() < BatchHeader.BYTES ? 0 : first.getInt(56);
  }

  /** Tells of the batches; returns where the last one ends. */
  private long batches(long epoch, long length) throws IOException {
    long position = SegmentHeader.BYTES;
    while (length - position >= BatchHeader.BYTES) {
      ByteBuffer bytes = read(position, BatchHeader.BYTES);
      if (!startsWith(bytes, "VBCH")) {
        return position;
      }
      try {
        batch.decode(bytes, 0, epoch, path, position);
      } catch (CorruptionException e) {
        problem(position, "batch", e);
        return position;
      }
      if (batch.totalBytes() > length - position) {
        parts.accept(
            new Part(
                position,
                "batch",
                batch.totalBytes() + " bytes long, but the file ends at byte " + length,
                true));
        return position;
      }
      batch(position);
      position += batch.totalBytes();
    }
    return position;
  }

  private void batch(long position) throws IOException {
    tell(
        position,
        "batch",
        batch.count()
            + " events, offsets "
            + batch.baseOffset()
            + " to "
            + batch.lastOffset()
            + ", "
            + Words.times(batch.minTimestampMs(), batch.maxTimestampMs())
            + ", "
            + batch.payloadBytes()
            + " bytes of payload, "
            + batch.codec()
            + (batch.payloadBytes() == batch.uncompressedBytes()
                ? ""
                : ", " + batch.uncompressedBytes() + " decompressed"));
    ByteBuffer payload = read(position + BatchHeader.BYTES, batch.payloadBytes());
    try {
      cursor.load(batch, payload, 0, path, position);
      while (cursor.next()) {
        cursor.headers();
      }
    } catch (CorruptionException e) {
      problem(position + BatchHeader.BYTES, "payload", e);
    }
  }

  private void behind(long end, long length) throws IOException {
    ByteBuffer bytes = read(end, SegmentFooter.BYTES);
    if (startsWith(bytes, "VARVEEND")) {
      footer(end, bytes);
      if (length > end + SegmentFooter.BYTES) {
        parts.accept(
            new Part(
                end + SegmentFooter.BYTES,
                "end",
                (length - end - SegmentFooter.BYTES) + " bytes behind the footer",
                true));
      }
      return;
    }
    tell(
        end,
        "end",
        (length - end)
            + " bytes that are no whole batch: the tail of a writer that died or is writing, if the"
            + " manifest or the commit file says that the segment ends here; else damage. Nothing"
            + " more can be told from here on");
    ByteBuffer last = read(length - SegmentFooter.BYTES, SegmentFooter.BYTES);
    if (length - SegmentFooter.BYTES > end && startsWith(last, "VARVEEND")) {
      footer(length - SegmentFooter.BYTES, last);
    }
  }

  private void footer(long position, ByteBuffer bytes) {
    try {
      SegmentFooter footer = SegmentFooter.decode(bytes, path, position);
      tell(
          position,
          "footer",
          footer.batches()
              + " batches, "
              + footer.events()
              + " events up to offset "
              + footer.lastOffset()
              + ", "
              + Words.times(footer.minTimestampMs(), footer.maxTimestampMs()));
    } catch (CorruptionException e) {
      problem(position, "footer", e);
    }
  }

  private static boolean startsWith(ByteBuffer bytes, String magic) {
    if (bytes.limit() < magic.length()) {
      return false;
    }
    for (int i = 0; i < magic.length(); i++) {
      if (bytes.get(i) != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** What the file has of {@code count} bytes from {@code position} on; holds until the next. */
  private ByteBuffer read(long position, int count) throws IOException {
    if (buffer.capacity() < count) {
      buffer = ByteBuffer.allocateDirect(count).order(ByteOrder.LITTLE_ENDIAN);
    }
    buffer.clear().limit(count);
    if (position >= 0) {
      file.read(buffer, position);
    }
    return buffer.flip();
  }

  private void tell(long position, String what, String text) {
    parts.accept(new Part(position, what, text, false));
  }

  private void problem(long position, String what, CorruptionException e) {
    parts.accept(
        new Part(position, what, "expected " + e.expected() + ", found " + e.found(), true));
  }
}
