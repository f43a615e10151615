package io.varve.flink.state.restore;

import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import io.varve.state.RestoredSnapshot;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalLocalKeyedStateHandle;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;

/** The files of one checkpoint, in checkpoint storage or on local disk. Thread: safe. */
final class CheckpointFiles implements RestoredSnapshot.Files {

  private final IncrementalKeyedStateHandle checkpoint;
  private final CloseableRegistry registry;
  private final Map<String, StreamStateHandle> remote;

  CheckpointFiles(IncrementalKeyedStateHandle checkpoint, CloseableRegistry registry) {
    this.checkpoint = checkpoint;
    this.registry = registry;
    this.remote = new HashMap<>();
    if (checkpoint instanceof IncrementalRemoteKeyedStateHandle handle) {
      for (HandleAndLocalPath file : handle.getSharedState()) {
        remote.put(file.getLocalPath(), file.getHandle());
      }
      for (HandleAndLocalPath file : handle.getPrivateState()) {
        remote.put(file.getLocalPath(), file.getHandle());
      }
    }
  }

  /** Links to files on the local disk, be that checkpoint storage or local recovery's. */
  @Override
  public boolean link(String name, String folder) throws IOException {
    Path from;
    long bytes = -1;
    if (checkpoint instanceof IncrementalLocalKeyedStateHandle local) {
      from = local.getDirectoryStateHandle().getDirectory().resolve(name);
    } else if (remote.get(name) instanceof FileStateHandle file
        && "file".equals(file.getFilePath().toUri().getScheme())) {
      from = Path.of(file.getFilePath().getPath());
      bytes = file.getStateSize();
    } else {
      return false;
    }
    try {
      if (bytes >= 0 && Files.size(from) != bytes) {
        return false; // damaged; whoever reads it tells so
      }
      Files.createLink(Path.of(folder, name), from);
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public ReadFile open(String name) throws IOException {
    if (checkpoint instanceof IncrementalLocalKeyedStateHandle local) {
      Directory folder = new PosixDirectory(local.getDirectoryStateHandle().getDirectory());
      return folder.open(name);
    }
    StreamStateHandle handle = remote.get(name);
    if (handle == null) {
      throw new FileNotFoundException(
          "The metadata tells of a file " + name + ", which is not among those of " + checkpoint);
    }
    return new RemoteFile(handle, registry);
  }
}
