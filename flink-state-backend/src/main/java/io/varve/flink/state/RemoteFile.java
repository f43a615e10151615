package io.varve.flink.state;

import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * A file of a checkpoint, read where the checkpoint is.
 *
 * <p>Thread: safe, guarded by itself.
 */
final class RemoteFile implements ReadFile {

  private final StreamStateHandle handle;
  private final CloseableRegistry registry;
  private final FSDataInputStream in;
  private final byte[] piece = new byte[1 << 16];
  private long position;

  /**
   * Opens it.
   *
   * @param registry closes it when the task is cancelled
   */
  RemoteFile(StreamStateHandle handle, CloseableRegistry registry) throws IOException {
    this.handle = handle;
    this.registry = registry;
    this.in = handle.openInputStream();
    registry.registerCloseable(in);
  }

  @Override
  public synchronized int read(ByteBuffer target, long from) throws IOException {
    if (position != from) {
      in.seek(from);
      position = from;
    }
    int total = 0;
    while (target.hasRemaining()) {
      int read = in.read(piece, 0, Math.min(piece.length, target.remaining()));
      if (read < 0) {
        break;
      }
      target.put(piece, 0, read);
      position += read;
      total += read;
    }
    return total;
  }

  @Override
  public long length() {
    return handle.getStateSize();
  }

  @Override
  public void close() throws IOException {
    if (registry.unregisterCloseable(in)) {
      in.close();
    }
  }
}
