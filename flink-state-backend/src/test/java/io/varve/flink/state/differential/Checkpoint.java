package io.varve.flink.state.differential;

import java.util.List;
import java.util.Objects;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;

/** What a job can go on from: the handles of all its subtasks, of both sides. */
record Checkpoint(
    long id, Type type, List<KeyedStateHandle> subject, List<KeyedStateHandle> reference) {

  enum Type {
    CHECKPOINT(CheckpointType.CHECKPOINT),
    FULL_CHECKPOINT(CheckpointType.FULL_CHECKPOINT),
    NATIVE_SAVEPOINT(SavepointType.savepoint(SavepointFormatType.NATIVE)),
    CANONICAL_SAVEPOINT(SavepointType.savepoint(SavepointFormatType.CANONICAL));

    private final SnapshotType snapshot;

    Type(SnapshotType snapshot) {
      this.snapshot = snapshot;
    }

    SnapshotType snapshot() {
      return snapshot;
    }
  }

  /** What of some handles a subtask of {@code range} is to read. */
  static List<KeyedStateHandle> within(List<KeyedStateHandle> handles, KeyGroupRange range) {
    return handles.stream()
        .map(handle -> handle.getIntersection(range))
        .filter(Objects::nonNull)
        .toList();
  }

  static String name(Type type, long id) {
    return type + " " + id;
  }

  boolean savepoint() {
    return type.snapshot().isSavepoint();
  }

  /** Either side goes on from what the other wrote. */
  Checkpoint swapped() {
    return new Checkpoint(id, type, reference, subject);
  }

  void discard() throws Exception {
    for (KeyedStateHandle handle : subject) {
      handle.discardState();
    }
    for (KeyedStateHandle handle : reference) {
      handle.discardState();
    }
  }
}
