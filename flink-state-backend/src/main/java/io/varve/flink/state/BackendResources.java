package io.varve.flink.state;

import io.varve.state.StateStore;
import java.io.File;
import java.io.IOException;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a backend holds and must let go: its store, its folder, its part in the slot's memory.
 *
 * <p>Thread: the task's.
 */
final class BackendResources implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BackendResources.class);

  private final OpaqueMemoryResource<SlotMemory> memory;
  private final File folder;
  private StateStore store;

  BackendResources(OpaqueMemoryResource<SlotMemory> memory, File folder) {
    this.memory = memory;
    this.folder = folder;
  }

  SlotMemory memory() {
    return memory.getResourceHandle();
  }

  File folder() {
    return folder;
  }

  void own(StateStore opened) {
    this.store = opened;
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
    try {
      FileUtils.deleteDirectory(folder);
    } catch (IOException e) {
      LOG.warn("Could not delete the folder of state {}", folder, e);
    }
    try {
      memory.close();
    } catch (Exception e) {
      LOG.warn("Could not give managed memory back", e);
    }
  }
}
