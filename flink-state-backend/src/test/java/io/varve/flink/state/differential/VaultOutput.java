package io.varve.flink.state.differential;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.StreamStateHandle;

/** Writes what a vault is to keep; what is closed without asking for its handle is gone. */
final class VaultOutput extends CheckpointStateOutputStream {
  private final Vault vault;
  private final String checkpoint;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicBoolean closed = new AtomicBoolean();

  VaultOutput(Vault vault, String checkpoint) {
    this.vault = vault;
    this.checkpoint = checkpoint;
    vault.opened();
  }

  @Override
  public void write(int one) throws IOException {
    call();
    bytes.write(one);
  }

  @Override
  public void write(byte[] from, int start, int length) throws IOException {
    call();
    bytes.write(from, start, length);
  }

  @Override
  public long getPos() {
    return bytes.size();
  }

  @Override
  public void flush() throws IOException {
    call();
  }

  @Override
  public void sync() throws IOException {
    call();
  }

  @Override
  public StreamStateHandle closeAndGetHandle() throws IOException {
    call();
    if (!closed.compareAndSet(false, true)) {
      throw new IOException("The stream is closed");
    }
    vault.closed();
    return vault.keep(checkpoint, bytes.toByteArray());
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
