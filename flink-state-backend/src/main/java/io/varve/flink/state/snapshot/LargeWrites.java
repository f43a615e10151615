package io.varve.flink.state.snapshot;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.util.NonClosingInputStreamDecorator;
import org.apache.flink.runtime.util.NonClosingOutputStreamDecorator;

/**
 * Compresses nothing, but gathers what is written of a key group: it comes in small pieces, and
 * checkpoint streams write as soon as they have a few KiB.
 *
 * <p>Thread: confined to the savepoint's; one stream at a time.
 */
@SuppressWarnings("serial") // It stays in its savepoint.
final class LargeWrites extends StreamCompressionDecorator {

  private static final int BUFFER_BYTES = 1 << 18;

  private final byte[] buffer = new byte[BUFFER_BYTES];

  @Override
  protected OutputStream decorateWithCompression(NonClosingOutputStreamDecorator stream) {
    return new Gathered(stream, buffer);
  }

  @Override
  protected NonClosingInputStreamDecorator decorateWithCompression(
      NonClosingInputStreamDecorator stream) {
    return stream;
  }

  /** Not {@link java.io.BufferedOutputStream}, which takes a lock for each byte. */
  private static final class Gathered extends OutputStream {
    private final OutputStream to;
    private final byte[] buffer;
    private int used;

    Gathered(OutputStream to, byte[] buffer) {
      this.to = to;
      this.buffer = buffer;
    }

    @Override
    public void write(int b) throws IOException {
      if (used == buffer.length) {
        writeGathered();
      }
      buffer[used++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > buffer.length - used) {
        writeGathered();
        if (length >= buffer.length) {
          to.write(bytes, offset, length);
          return;
        }
      }
      System.arraycopy(bytes, offset, buffer, used, length);
      used += length;
    }

    @Override
    public void flush() throws IOException {
      writeGathered();
      to.flush();
    }

    /** Nothing is kept for another try if it fails. */
    private void writeGathered() throws IOException {
      int length = used;
      used = 0;
      to.write(buffer, 0, length);
    }

    @Override
    public void close() throws IOException {
      writeGathered();
      to.close();
    }
  }
}
