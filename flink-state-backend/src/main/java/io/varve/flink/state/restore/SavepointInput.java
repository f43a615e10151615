package io.varve.flink.state.restore;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.SnappyStreamCompressionDecorator;

/**
 * The file of a canonical savepoint, read in large pieces, whose bytes are shown where they lie.
 * However long something is said to be, no more memory is taken than twice what the file has.
 *
 * <p>Thread: confined to one; closing it is safe, and ends a read that is under way.
 */
final class SavepointInput extends InputStream implements Closeable {

  private static final int PIECE_BYTES = 1 << 18;

  private final FSDataInputStream file;
  private final String name;

  /** Where bytes come from: the file, or what decompresses it. */
  private InputStream from;

  private byte[] buffer = new byte[PIECE_BYTES];
  private int at;
  private int end;

  /** Bytes that were read before those in the buffer, from the file's or key group's begin. */
  private long before;

  SavepointInput(FSDataInputStream file, String name) {
    this.file = file;
    this.name = name;
    this.from = file;
  }

  /** Goes to a key group that begins at that byte of the file. */
  void seek(long offset, boolean compressed) throws IOException {
    if (compressed) {
      file.seek(offset);
      from = SnappyStreamCompressionDecorator.INSTANCE.decorateWithCompression((InputStream) file);
      before = 0;
      at = 0;
      end = 0;
    } else if (offset >= before && offset <= before + end) {
      at = (int) (offset - before);
    } else {
      file.seek(offset);
      before = offset;
      at = 0;
      end = 0;
    }
  }

  /**
   * Has the next bytes in {@link #array}, from {@link #position} on.
   *
   * @throws EOFException if there are fewer
   */
  void need(long bytes) throws IOException {
    while (end - at < bytes) {
      if (end == buffer.length) {
        makeRoom();
      }
      int read = from.read(buffer, end, buffer.length - end);
      if (read < 0) {
        throw new EOFException(
            name
                + " is damaged: "
                + bytes
                + " bytes are expected at "
                + where()
                + ", and it ends after "
                + (end - at));
      }
      end += read;
    }
  }

  private void makeRoom() throws IOException {
    if (at > 0) {
      System.arraycopy(buffer, at, buffer, 0, end - at);
      before += at;
      end -= at;
      at = 0;
    } else if (buffer.length < Integer.MAX_VALUE / 2) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    } else {
      throw damaged("an entry of at most a GiB", "a longer one");
    }
  }

  byte[] array() {
    return buffer;
  }

  int position() {
    return at;
  }

  void skipTo(int position) {
    at = position;
  }

  int readUnsignedShort() throws IOException {
    need(2);
    int value = (buffer[at] & 0xff) << 8 | (buffer[at + 1] & 0xff);
    at += 2;
    return value;
  }

  /** The number at {@code behind} bytes from here, which {@link #need} has. */
  int peekInt(int behind) {
    int i = at + behind;
    return buffer[i] << 24
        | (buffer[i + 1] & 0xff) << 16
        | (buffer[i + 2] & 0xff) << 8
        | (buffer[i + 3] & 0xff);
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int bytes = Math.min(length, end - at);
    System.arraycopy(buffer, at, target, offset, bytes);
    at += bytes;
    return bytes;
  }

  /** Whether there is a byte. */
  private boolean fill() throws IOException {
    if (at == end) {
      before += end;
      at = 0;
      end = Math.max(0, from.read(buffer, 0, buffer.length));
    }
    return at < end;
  }

  IOException damaged(String expected, String found) {
    return new IOException(
        name
            + " is damaged: "
            + expected
            + " is expected at "
            + where()
            + ", and there is "
            + found);
  }

  private String where() {
    return "byte "
        + (before + at)
        + (from == file ? "" : " of a key group once it is decompressed");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
