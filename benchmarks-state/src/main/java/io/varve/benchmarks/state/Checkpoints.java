package io.varve.benchmarks.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SharedStateRegistry;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.streaming.api.operators.StreamOperatorStateHandler;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * Plays the job manager of one job whose checkpoints go to a folder: takes them, registers what
 * they share, tells the backend, and discards them. Closing it deletes the folder. Thread: confined
 * to one; it has one of its own for the asynchronous parts.
 */
final class Checkpoints implements AutoCloseable {

  private final Path folder;
  private final CheckpointStorageAccess storage;
  private final SharedStateRegistry registry = new SharedStateRegistryImpl(Runnable::run);
  private final CloseableRegistry closeables = new CloseableRegistry();
  private final ExecutorService async = Executors.newSingleThreadExecutor();
  private long lastId;

  /** A job's checkpoints in a new folder below the turn's. */
  Checkpoints(Turn turn) throws IOException {
    folder = Files.createTempDirectory(Files.createDirectories(turn.folder()), "checkpoints-");
    storage = new FileSystemCheckpointStorage(folder.toUri()).createCheckpointStorage(new JobID());
    storage.initializeBaseLocationsForCheckpoint();
  }

  /** A snapshot whose synchronous part is done. */
  record Begun(
      long id,
      long startNanos,
      double syncMs,
      Future<Long> endNanos,
      RunnableFuture<SnapshotResult<KeyedStateHandle>> future) {

    boolean isDone() {
      return endNanos.isDone();
    }
  }

  /** Takes a checkpoint and waits for it. */
  Snapshot checkpoint(Slot slot) throws Exception {
    long before = bytes();
    return end(beginCheckpoint(slot)).withFileBytes(bytes() - before);
  }

  /** Takes a savepoint in the format that every backend reads, and waits for it. */
  Snapshot canonicalSavepoint(Slot slot) throws Exception {
    long before = bytes();
    SnapshotType type = SavepointType.savepoint(SavepointFormatType.CANONICAL);
    long id = ++lastId;
    CheckpointStreamFactory streams = streams(id);
    // Of a task it is the operator's own handler, which was there before any state.
    Class.forName(StreamOperatorStateHandler.class.getName());
    long start = System.nanoTime();
    RunnableFuture<SnapshotResult<KeyedStateHandle>> future =
        StreamOperatorStateHandler.prepareCanonicalSavepoint(slot.backend(), closeables)
            .snapshot(id, System.currentTimeMillis(), streams, options(type));
    return end(begun(id, start, future)).withFileBytes(bytes() - before);
  }

  /** Does the synchronous part of a checkpoint, and starts the rest. */
  Begun beginCheckpoint(Slot slot) throws Exception {
    long id = ++lastId;
    CheckpointStreamFactory streams = streams(id);
    long start = System.nanoTime();
    RunnableFuture<SnapshotResult<KeyedStateHandle>> future =
        slot.backend()
            .snapshot(id, System.currentTimeMillis(), streams, options(CheckpointType.CHECKPOINT));
    return begun(id, start, future);
  }

  /** Waits for a snapshot's end. What it wrote isn't looked up. */
  Snapshot end(Begun begun) throws Exception {
    double ms = (begun.endNanos().get() - begun.startNanos()) / 1e6;
    KeyedStateHandle handle = begun.future().get().getJobManagerOwnedSnapshot();
    if (handle == null) {
      throw new IllegalStateException("The snapshot of a state that has keys is empty");
    }
    return new Snapshot(begun.id(), handle, begun.syncMs(), ms, 0);
  }

  /** All tasks have acknowledged it: registers what it shares, and tells the backend. */
  void confirm(Slot slot, Snapshot snapshot) throws Exception {
    snapshot.handle().registerSharedStates(registry, snapshot.id());
    registry.checkpointCompleted(snapshot.id());
    if (slot.backend() instanceof CheckpointListener listener) {
      listener.notifyCheckpointComplete(snapshot.id());
    }
  }

  /** Drops an older checkpoint, once that one is confirmed. */
  void subsume(Snapshot older, Snapshot newer) throws Exception {
    registry.unregisterUnusedState(newer.id());
    discard(older);
  }

  /** The same in the other thread, as a job manager does it aside from the task. */
  Future<?> subsumeAside(Snapshot older, Snapshot newer) {
    return async.submit(
        () -> {
          subsume(older, newer);
          return newer;
        });
  }

  /** Drops a checkpoint that shares nothing, or whose shared files are no longer registered. */
  void discard(Snapshot snapshot) throws Exception {
    snapshot.handle().discardState();
    for (Path job : children(folder)) {
      FileUtils.deleteDirectory(job.resolve("chk-" + snapshot.id()).toFile());
    }
  }

  /** Bytes of all files that there are. */
  long bytes() throws IOException {
    return usage().bytes();
  }

  /** How many files there are. */
  long files() throws IOException {
    return usage().files();
  }

  @Override
  public void close() throws Exception {
    async.shutdownNow();
    async.awaitTermination(1, TimeUnit.MINUTES);
    closeables.close();
    registry.close();
    FileUtils.deleteDirectory(folder.toFile());
  }

  private Begun begun(
      long id, long start, RunnableFuture<SnapshotResult<KeyedStateHandle>> future) {
    double syncMs = (System.nanoTime() - start) / 1e6;
    Future<Long> endNanos =
        async.submit(
            () -> {
              future.run();
              return System.nanoTime();
            });
    return new Begun(id, start, syncMs, endNanos, future);
  }

  private CheckpointStreamFactory streams(long id) throws IOException {
    storage.initializeLocationForCheckpoint(id);
    return storage.resolveCheckpointStorageLocation(
        id, CheckpointStorageLocationReference.getDefault());
  }

  private static CheckpointOptions options(SnapshotType type) {
    return CheckpointOptions.alignedNoTimeout(
        type, CheckpointStorageLocationReference.getDefault());
  }

  private static Iterable<Path> children(Path folder) throws IOException {
    try (var stream = Files.list(folder)) {
      return stream.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private record Usage(long bytes, long files) {}

  private Usage usage() throws IOException {
    long[] sums = new long[2];
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sums[0] += attributes.size();
            sums[1]++;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    return new Usage(sums[0], sums[1]);
  }
}
