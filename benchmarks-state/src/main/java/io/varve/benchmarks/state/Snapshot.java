package io.varve.benchmarks.state;

import java.io.IOException;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.util.InstantiationUtil;

/**
 * A snapshot that was taken. Immutable.
 *
 * @param syncMs how long the task stood still for it
 * @param ms how long it took in all
 * @param fileBytes bytes by which the checkpoints' folder grew; what is kept within the handle
 *     isn't among them. 0 if it wasn't looked up
 */
record Snapshot(long id, KeyedStateHandle handle, double syncMs, double ms, long fileBytes) {

  Snapshot withFileBytes(long bytes) {
    return new Snapshot(id, handle, syncMs, ms, bytes);
  }

  /** Files and pieces within the handle: what a job manager has to keep track of. */
  int parts() {
    return handle instanceof IncrementalRemoteKeyedStateHandle incremental
        ? 1 + incremental.getSharedState().size() + incremental.getPrivateState().size()
        : 1;
  }

  /** What goes from the task to the job manager. */
  long handleBytes() throws IOException {
    return InstantiationUtil.serializeObject(handle).length;
  }

  /** Bytes written for it, as the backend says. */
  long checkpointedBytes() {
    return handle.getCheckpointedSize();
  }
}
