package io.varve.flink.state.snapshot;

import io.varve.io.ReadFile;
import io.varve.state.SnapshotFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointStreamWithResultProvider;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StateUtil;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one checkpoint consists of to checkpoint storage; if the checkpoint fails, what has
 * been written goes.
 *
 * <p>Thread: called by one; files are sent by several at once.
 */
final class Uploads {

  private static final int PIECE_BYTES = 256 << 10;

  private final CheckpointStreamFactory streams;
  private final Executor transfers;
  private final CloseableRegistry registry;
  private final ConcurrentLinkedQueue<StreamStateHandle> written = new ConcurrentLinkedQueue<>();

  /**
   * @param registry closes what is being written when the checkpoint is cancelled
   */
  Uploads(CheckpointStreamFactory streams, Executor transfers, CloseableRegistry registry) {
    this.streams = streams;
    this.transfers = transfers;
    this.registry = registry;
  }

  interface Content {
    void write(OutputStream to) throws IOException;
  }

  /**
   * Sends files, and waits for all of them. When one fails, those that are under way end soon, and
   * no other is begun.
   *
   * @param sentFile is told each file as soon as it has been sent, by any thread
   * @throws IOException what has failed first; nothing is being written any more
   */
  Map<String, StreamStateHandle> files(
      List<SnapshotFile> files, CheckpointedStateScope scope, Consumer<SnapshotFile> sentFile)
      throws IOException {
    AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    Map<String, CompletableFuture<StreamStateHandle>> underWay = new LinkedHashMap<>();
    List<SnapshotFile> largestFirst = new ArrayList<>(files);
    largestFirst.sort(Comparator.comparingLong(SnapshotFile::bytes).reversed());
    for (SnapshotFile file : largestFirst) {
      try {
        underWay.put(
            file.name(),
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    StreamStateHandle handle = send(file, scope, failure);
                    sentFile.accept(file);
                    return handle;
                  } catch (IOException | RuntimeException | Error e) {
                    failure.compareAndSet(null, cannotSend(file, e));
                    throw new CompletionException(e);
                  }
                },
                transfers));
      } catch (RejectedExecutionException e) {
        failure.compareAndSet(null, cannotSend(file, e));
        break;
      }
    }
    Map<String, StreamStateHandle> sent = new LinkedHashMap<>();
    for (Map.Entry<String, CompletableFuture<StreamStateHandle>> one : underWay.entrySet()) {
      try {
        sent.put(one.getKey(), one.getValue().join());
      } catch (CompletionException e) {
        failure.compareAndSet(null, new IOException("Cannot send " + one.getKey(), e.getCause()));
      }
    }
    throwIfAny(failure);
    return sent;
  }

  private static IOException cannotSend(SnapshotFile file, Throwable cause) {
    return new IOException("Cannot send " + file.name() + " to checkpoint storage", cause);
  }

  private static void throwIfAny(AtomicReference<@Nullable IOException> failure)
      throws IOException {
    IOException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * Sends a file.
   *
   * @param failure ends it, if it is set meanwhile
   */
  private StreamStateHandle send(
      SnapshotFile file,
      CheckpointedStateScope scope,
      AtomicReference<@Nullable IOException> failure)
      throws IOException {
    throwIfAny(failure);
    CheckpointStateOutputStream out = streams.createCheckpointStateOutputStream(scope);
    registry.registerCloseable(out);
    boolean finished = false;
    try {
      copy(file.source(), file.bytes(), out, () -> throwIfAny(failure));
      StreamStateHandle handle = finish(out);
      finished = true;
      return handle;
    } finally {
      if (!finished) {
        // Whoever closed it before: what has not become a handle is deleted by closing it.
        registry.unregisterCloseable(out);
        IOUtils.closeQuietly(out);
      }
    }
  }

  /** Asked between two pieces of a file whether to go on. */
  private interface Checked {
    void check() throws IOException;
  }

  static void copy(ReadFile from, long bytes, OutputStream to) throws IOException {
    copy(from, bytes, to, () -> {});
  }

  private static void copy(ReadFile from, long bytes, OutputStream to, Checked goOn)
      throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, bytes)));
    for (long at = 0; at < bytes; ) {
      goOn.check();
      piece.clear().limit((int) Math.min(piece.capacity(), bytes - at));
      int read = from.read(piece, at);
      if (read <= 0) {
        throw new IOException("The file ends after " + at + " of " + bytes + " bytes");
      }
      to.write(piece.array(), 0, read);
      at += read;
    }
  }

  private StreamStateHandle finish(CheckpointStateOutputStream out) throws IOException {
    if (!registry.unregisterCloseable(out)) {
      throw new IOException("The checkpoint was cancelled");
    }
    try {
      StreamStateHandle handle = out.closeAndGetHandle();
      if (handle == null) {
        throw new IOException("Checkpoint storage has returned nothing for what was written");
      }
      written.add(handle);
      return handle;
    } catch (IOException e) {
      IOUtils.closeQuietly(out);
      throw e;
    }
  }

  /** Has checkpoint storage duplicate what it holds already. */
  Map<String, StreamStateHandle> duplicates(
      Map<String, StreamStateHandle> handles, CheckpointedStateScope scope) throws IOException {
    Map<String, StreamStateHandle> duplicated = new LinkedHashMap<>();
    if (!handles.isEmpty()) {
      List<String> names = new ArrayList<>(handles.keySet());
      List<StreamStateHandle> copies =
          streams.duplicate(names.stream().map(handles::get).toList(), scope);
      written.addAll(copies);
      for (int i = 0; i < names.size(); i++) {
        duplicated.put(names.get(i), copies.get(i));
      }
    }
    return duplicated;
  }

  /** Writes metadata, and a copy of it for local recovery if there is to be one. */
  SnapshotResult<StreamStateHandle> meta(
      LocalRecoveryConfig localRecovery, long checkpoint, Content content) throws IOException {
    CheckpointStreamWithResultProvider out =
        localRecovery.isLocalBackupEnabled()
            ? CheckpointStreamWithResultProvider.createDuplicatingStream(
                checkpoint,
                CheckpointedStateScope.EXCLUSIVE,
                streams,
                localRecovery
                    .getLocalStateDirectoryProvider()
                    .orElseThrow(LocalRecoveryConfig.localRecoveryNotEnabled()))
            : CheckpointStreamWithResultProvider.createSimpleStream(
                CheckpointedStateScope.EXCLUSIVE, streams);
    registry.registerCloseable(out);
    boolean finished = false;
    try {
      content.write(out.getCheckpointOutputStream());
      if (!registry.unregisterCloseable(out)) {
        throw new IOException("The checkpoint was cancelled");
      }
      SnapshotResult<StreamStateHandle> result = finish(out);
      StreamStateHandle remote = result.getJobManagerOwnedSnapshot();
      if (remote == null) {
        throw new IOException("Checkpoint storage has returned nothing for the metadata");
      }
      written.add(remote);
      StreamStateHandle local = result.getTaskLocalSnapshot();
      if (local != null) {
        written.add(local);
      }
      finished = true;
      return result;
    } finally {
      if (!finished) {
        registry.unregisterCloseable(out);
        IOUtils.closeQuietly(out);
      }
    }
  }

  private static SnapshotResult<StreamStateHandle> finish(CheckpointStreamWithResultProvider out)
      throws IOException {
    try {
      return out.closeAndFinalizeCheckpointStreamResult();
    } catch (IOException e) {
      IOUtils.closeQuietly(out);
      throw e;
    }
  }

  /** Deletes all that was written. */
  void discard() {
    StreamStateHandle handle;
    while ((handle = written.poll()) != null) {
      StateUtil.discardStateObjectQuietly(handle);
    }
  }
}
