package io.varve.flink.state.restore;

import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A file in checkpoint storage. Each read takes a stream of its own as long as it lasts; a few are
 * kept for the next ones.
 *
 * <p>Thread: safe. A read that comes after {@link #close} still works: it opens a stream and closes
 * it again, so that the file can be exchanged for a copy while somebody reads.
 */
final class RemoteFile implements ReadFile {

  private static final int IDLE_MAX = 2;
  private static final int PIECE_BYTES = 64 << 10;

  private final StreamStateHandle handle;
  private final CloseableRegistry registry;

  /** Guarded by itself. */
  private final ArrayDeque<Reader> idle = new ArrayDeque<>();

  private boolean closed;

  /**
   * @param registry closes the streams when the task is cancelled
   */
  RemoteFile(StreamStateHandle handle, CloseableRegistry registry) {
    this.handle = handle;
    this.registry = registry;
  }

  private static final class Reader {
    final FSDataInputStream stream;
    private byte @Nullable [] piece;

    Reader(FSDataInputStream stream) {
      this.stream = stream;
    }

    /** For what can't be read straight into an array. */
    byte[] piece() {
      byte[] made = piece;
      if (made == null) {
        made = new byte[PIECE_BYTES];
        piece = made;
      }
      return made;
    }
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (position >= length()) {
      return 0;
    }
    Reader reader = take();
    boolean done = false;
    try {
      if (reader.stream.getPos() != position) {
        reader.stream.seek(position);
      }
      int total = 0;
      while (target.hasRemaining()) {
        int read = read(reader, target);
        if (read < 0) {
          break;
        }
        total += read;
      }
      done = true;
      return total;
    } finally {
      if (!done || !giveBack(reader)) {
        discard(reader);
      }
    }
  }

  private static int read(Reader reader, ByteBuffer target) throws IOException {
    int read;
    if (target.hasArray()) {
      int at = target.position();
      read = reader.stream.read(target.array(), target.arrayOffset() + at, target.remaining());
      target.position(at + Math.max(0, read));
    } else {
      byte[] piece = reader.piece();
      read = reader.stream.read(piece, 0, Math.min(PIECE_BYTES, target.remaining()));
      target.put(piece, 0, Math.max(0, read));
    }
    return read;
  }

  private Reader take() throws IOException {
    Reader reader;
    synchronized (idle) {
      reader = idle.poll();
    }
    if (reader == null) {
      FSDataInputStream stream = handle.openInputStream();
      registry.registerCloseable(stream);
      reader = new Reader(stream);
    }
    return reader;
  }

  private boolean giveBack(Reader reader) {
    synchronized (idle) {
      if (closed || idle.size() >= IDLE_MAX) {
        return false;
      }
      idle.push(reader);
      return true;
    }
  }

  private void discard(Reader reader) {
    registry.unregisterCloseable(reader.stream);
    IOUtils.closeQuietly(reader.stream);
  }

  @Override
  public long length() {
    return handle.getStateSize();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
    }
    while (true) {
      @Nullable Reader reader;
      synchronized (idle) {
        reader = idle.poll();
      }
      if (reader == null) {
        return;
      }
      discard(reader);
    }
  }
}
