package io.varve.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file being written. After an IOException from any call nothing more may be written to it.
 * Thread: one, but for {@link #force}.
 */
public interface WriteFile extends Closeable {

  /** Writes all that remains in {@code bytes} at the end of the file. */
  void append(ByteBuffer bytes) throws IOException;

  /** Overwrites at {@code position}, which may be at or before the end of the file. */
  void writeAt(ByteBuffer bytes, long position) throws IOException;

  /** Returns when every byte written so far is durable. Thread: any, while others write. */
  void force() throws IOException;

  /** Bytes in the file. */
  long length();

  @Override
  void close() throws IOException;
}
