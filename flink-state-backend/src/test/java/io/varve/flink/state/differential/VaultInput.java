package io.varve.flink.state.differential;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.core.fs.FSDataInputStream;

/** Reads what a vault keeps. */
final class VaultInput extends FSDataInputStream {
  private final Vault vault;
  private final byte[] bytes;
  private final AtomicBoolean closed = new AtomicBoolean();
  private int position;

  VaultInput(Vault vault, byte[] bytes) {
    this.vault = vault;
    this.bytes = bytes;
    vault.opened();
  }

  @Override
  public void seek(long to) throws IOException {
    call();
    if (to < 0 || to > bytes.length) {
      throw new IOException("Seek to " + to + " of " + bytes.length);
    }
    position = (int) to;
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public int read() throws IOException {
    call();
    return position < bytes.length ? bytes[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    call();
    int count = Math.min(length, bytes.length - position);
    if (count <= 0) {
      return length == 0 ? 0 : -1;
    }
    System.arraycopy(bytes, position, target, from, count);
    position += count;
    return count;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      vault.closed();
    }
  }

  private void call() throws IOException {
    vault.call();
    if (closed.get()) {
      throw new IOException("The stream is closed");
    }
  }
}
