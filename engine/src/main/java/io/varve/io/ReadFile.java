package io.varve.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file open for reading. Stays readable when the file is deleted.
 *
 * <p>Thread: safe. If a thread is interrupted while it reads, what others read at that moment may
 * fail with {@link java.nio.channels.ClosedChannelException}; the next read works again.
 */
public interface ReadFile extends Closeable {

  /**
   * Reads from {@code position} until {@code target} is full or the file ends.
   *
   * @return the number of bytes read, from 0
   */
  int read(ByteBuffer target, long position) throws IOException;

  /** Bytes in the file now. */
  long length() throws IOException;

  @Override
  void close() throws IOException;
}
