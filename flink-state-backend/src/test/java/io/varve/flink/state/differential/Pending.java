package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RunnableFuture;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;

/** One side's part of a checkpoint that is neither confirmed nor aborted. */
final class Pending {
  private final Side side;
  private final long id;
  private final Checkpoint.Type type;
  private final List<RunnableFuture<SnapshotResult<KeyedStateHandle>>> parts = new ArrayList<>();
  private List<KeyedStateHandle> handles;
  private Thread running;

  Pending(Side side, long id, Checkpoint.Type type) {
    this.side = side;
    this.id = id;
    this.type = type;
  }

  /** Takes what {@code task} has now. */
  void take(Task<?> task) throws Exception {
    parts.add(task.snapshot(id, type));
  }

  /** Begins to write, while the job goes on. */
  void start() {
    if (handles == null && running == null) {
      running = new Thread(() -> parts.forEach(RunnableFuture::run), "checkpoint " + id);
      running.start();
    }
  }

  /** Writes to the end, and hands over what of checkpoints is shared. */
  List<KeyedStateHandle> finish() throws Exception {
    if (handles == null) {
      await();
      List<KeyedStateHandle> written = new ArrayList<>();
      for (RunnableFuture<SnapshotResult<KeyedStateHandle>> part : parts) {
        part.run();
        KeyedStateHandle handle = part.get().getJobManagerOwnedSnapshot();
        if (handle != null) {
          written.add(handle);
          if (!type.snapshot().isSavepoint()) {
            handle.registerSharedStates(side.registry(), id);
          }
        }
      }
      handles = written;
    }
    return handles;
  }

  /**
   * Stops it wherever it is; nothing of it stays but what other checkpoints share. Only when its
   * result comes in the very moment in which it is cancelled, Flink's own future loses the result.
   */
  void cancel() throws Exception {
    if (running != null && running.isAlive()) {
      side.vault().letGo(Checkpoint.name(type, id));
    }
    if (handles != null) {
      for (KeyedStateHandle handle : handles) {
        handle.discardState();
      }
      return;
    }
    for (RunnableFuture<SnapshotResult<KeyedStateHandle>> part : parts) {
      part.cancel(true);
    }
    await();
    for (RunnableFuture<SnapshotResult<KeyedStateHandle>> part : parts) {
      KeyedStateHandle handle = resultOf(part);
      if (handle != null) {
        handle.discardState();
      }
    }
  }

  /** Null where it did not come to one. */
  private static KeyedStateHandle resultOf(RunnableFuture<SnapshotResult<KeyedStateHandle>> part)
      throws InterruptedException {
    try {
      return part.isCancelled() ? null : part.get().getJobManagerOwnedSnapshot();
    } catch (ExecutionException | CancellationException e) {
      return null;
    }
  }

  private void await() throws InterruptedException {
    if (running != null) {
      running.join();
      running = null;
    }
  }

  RunnableFuture<SnapshotResult<KeyedStateHandle>> part(int number) {
    return parts.get(number);
  }
}
