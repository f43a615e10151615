package io.varve.flink.state.differential;

import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.PhysicalStateHandleID;
import org.apache.flink.runtime.state.StreamStateHandle;

/** Where in a vault something is kept. */
record VaultHandle(Vault vault, long id, long size) implements StreamStateHandle {

  @Override
  public FSDataInputStream openInputStream() throws IOException {
    vault.call();
    return new VaultInput(vault, vault.kept(id));
  }

  @Override
  public Optional<byte[]> asBytesIfInMemory() {
    return Optional.empty();
  }

  @Override
  public PhysicalStateHandleID getStreamStateHandleID() {
    return new PhysicalStateHandleID("stream-" + id);
  }

  @Override
  public void discardState() throws IOException {
    vault.delete(id);
  }

  @Override
  public long getStateSize() {
    return size;
  }
}
