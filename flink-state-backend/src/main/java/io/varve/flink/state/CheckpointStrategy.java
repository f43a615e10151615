package io.varve.flink.state;

import io.varve.state.SnapshotFile;
import io.varve.state.StateSnapshot;
import io.varve.state.StateStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SnapshotType.SharingFilesStrategy;
import org.apache.flink.runtime.checkpoint.filemerging.FileMergingSnapshotManager;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.SnapshotResources;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints, and savepoints in our own format: the store's files, of which only those are copied
 * that no confirmed checkpoint has, and a small meta file.
 *
 * <p>Thread: the synchronous part and notifications are the task's, the asynchronous part any; what
 * has been copied is guarded by {@link #copied}.
 */
final class CheckpointStrategy
    implements SnapshotStrategy<KeyedStateHandle, CheckpointStrategy.Resources> {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStrategy.class);
  private static final int PIECE_BYTES = 1 << 18;

  private final StateStore store;
  private final States states;
  private final TypeSerializer<?> keySerializer;
  private final KeyGroupRange keyGroups;
  private final boolean incremental;
  private final UUID backend;

  /** For each checkpoint that may become the base of others, its files. */
  private final TreeMap<Long, Map<String, StreamStateHandle>> copied = new TreeMap<>();

  private long confirmed = -1;

  CheckpointStrategy(
      StateStore store,
      States states,
      TypeSerializer<?> keySerializer,
      KeyGroupRange keyGroups,
      boolean incremental,
      RestoredBase base) {
    this.store = store;
    this.states = states;
    this.keySerializer = keySerializer;
    this.keyGroups = keyGroups;
    this.incremental = incremental;
    this.backend = base.backend();
    if (incremental && !base.files().isEmpty()) {
      copied.put(base.checkpoint(), base.files());
      confirmed = base.checkpoint();
    }
  }

  /** The checkpoint that the backend was restored from, if others can be based on it. */
  record RestoredBase(UUID backend, long checkpoint, Map<String, StreamStateHandle> files) {

    static RestoredBase none() {
      return new RestoredBase(UUID.randomUUID(), -1, Map.of());
    }
  }

  /** What the synchronous part gives the asynchronous one. */
  record Resources(
      StateSnapshot snapshot, States.Snapshot states, Map<String, StreamStateHandle> base)
      implements SnapshotResources {

    @Override
    public void release() {
      snapshot.close();
    }
  }

  @Override
  public Resources syncPrepareResources(long checkpointId) {
    Map<String, StreamStateHandle> base;
    synchronized (copied) {
      base = copied.getOrDefault(confirmed, Map.of());
    }
    return new Resources(store.snapshot(), states.snapshot(), base);
  }

  @Override
  public SnapshotResultSupplier<KeyedStateHandle> asyncSnapshot(
      Resources resources,
      long checkpointId,
      long timestamp,
      CheckpointStreamFactory streams,
      CheckpointOptions options) {
    if (resources.states().states().isEmpty()) {
      return registry -> SnapshotResult.empty();
    }
    SharingFilesStrategy sharing =
        incremental
            ? options.getCheckpointType().getSharingFilesStrategy()
            : SharingFilesStrategy.NO_SHARING;
    return registry -> new Copy(resources, checkpointId, streams, sharing, registry).run();
  }

  void confirmed(long checkpointId) {
    synchronized (copied) {
      if (copied.containsKey(checkpointId) && checkpointId > confirmed) {
        confirmed = checkpointId;
        copied.headMap(checkpointId).clear();
      }
    }
  }

  void aborted(long checkpointId) {
    synchronized (copied) {
      if (checkpointId != confirmed) {
        copied.remove(checkpointId);
      }
    }
  }

  /** One checkpoint being copied. */
  private final class Copy {

    private final Resources resources;
    private final long checkpointId;
    private final CheckpointStreamFactory streams;
    private final SharingFilesStrategy sharing;
    private final CloseableRegistry registry;

    private final List<StreamStateHandle> made = new ArrayList<>();
    private final List<StreamStateHandle> reused = new ArrayList<>();
    private long bytes;

    Copy(
        Resources resources,
        long checkpointId,
        CheckpointStreamFactory streams,
        SharingFilesStrategy sharing,
        CloseableRegistry registry) {
      this.resources = resources;
      this.checkpointId = checkpointId;
      this.streams = streams;
      this.sharing = sharing;
      this.registry = registry;
    }

    SnapshotResult<KeyedStateHandle> run() throws Exception {
      boolean done = false;
      try {
        StateSnapshot snapshot = resources.snapshot();
        snapshot.await();
        CheckpointedStateScope scope =
            sharing == SharingFilesStrategy.NO_SHARING
                ? CheckpointedStateScope.EXCLUSIVE
                : CheckpointedStateScope.SHARED;
        List<HandleAndLocalPath> files = new ArrayList<>();
        Map<String, StreamStateHandle> known = new HashMap<>();
        for (SnapshotFile file : snapshot.files()) {
          StreamStateHandle handle = handle(file, scope);
          files.add(HandleAndLocalPath.of(handle, file.name()));
          // The handle itself, not a placeholder for it, so that a later one can be made of it.
          known.put(
              file.name(),
              handle instanceof PlaceholderStreamStateHandle
                  ? resources.base().get(file.name())
                  : handle);
        }
        StreamStateHandle meta = writeMeta(snapshot);
        if (sharing != SharingFilesStrategy.NO_SHARING) {
          synchronized (copied) {
            copied.put(checkpointId, known);
          }
        }
        streams.reusePreviousStateHandle(reused);
        done = true;
        return SnapshotResult.of(
            new IncrementalRemoteKeyedStateHandle(
                backend, keyGroups, checkpointId, files, List.of(), meta, bytes));
      } finally {
        if (!done) {
          discard();
        }
      }
    }

    private StreamStateHandle handle(SnapshotFile file, CheckpointedStateScope scope)
        throws Exception {
      StreamStateHandle before = resources.base().get(file.name());
      if (sharing == SharingFilesStrategy.FORWARD_BACKWARD
          && before != null
          && streams.couldReuseStateHandle(before)) {
        reused.add(before);
        return new PlaceholderStreamStateHandle(
            before.getStreamStateHandleID(),
            before.getStateSize(),
            FileMergingSnapshotManager.isFileMergingHandle(before));
      }
      if (before != null && streams.canFastDuplicate(before, scope)) {
        StreamStateHandle duplicate = streams.duplicate(List.of(before), scope).get(0);
        made.add(duplicate);
        return duplicate;
      }
      return write(
          scope,
          out -> {
            ByteBuffer piece =
                ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(1, file.bytes())));
            long position = 0;
            while (position < file.bytes()) {
              int read = file.source().read(piece.clear(), position);
              if (read == 0) {
                throw new IOException(file.name() + " ends at byte " + position);
              }
              out.write(piece.array(), 0, read);
              position += read;
            }
            bytes += position;
          });
    }

    private StreamStateHandle writeMeta(StateSnapshot snapshot) throws Exception {
      return write(
          CheckpointedStateScope.EXCLUSIVE,
          out -> {
            CheckpointMeta.write(out, keySerializer, resources.states(), snapshot);
            bytes += out.getPos();
          });
    }

    private StreamStateHandle write(CheckpointedStateScope scope, Contents contents)
        throws Exception {
      CheckpointStateOutputStream out = streams.createCheckpointStateOutputStream(scope);
      boolean finished = false;
      registry.registerCloseable(out);
      try {
        contents.writeTo(out);
        if (!registry.unregisterCloseable(out)) {
          throw new IOException("The checkpoint was cancelled");
        }
        StreamStateHandle handle = out.closeAndGetHandle();
        finished = true;
        if (handle == null) {
          throw new IOException("Nothing was written to a checkpoint's stream");
        }
        made.add(handle);
        return handle;
      } finally {
        if (!finished) {
          registry.unregisterCloseable(out);
          out.close();
        }
      }
    }

    private void discard() {
      for (StreamStateHandle handle : made) {
        try {
          handle.discardState();
        } catch (Exception e) {
          LOG.warn("Could not discard a file of checkpoint {}", checkpointId, e);
        }
      }
    }
  }

  private interface Contents {
    void writeTo(CheckpointStateOutputStream out) throws IOException;
  }
}
