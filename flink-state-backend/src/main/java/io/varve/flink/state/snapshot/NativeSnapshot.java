package io.varve.flink.state.snapshot;

import io.varve.state.SnapshotFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.SnapshotType.SharingFilesStrategy;
import org.apache.flink.runtime.checkpoint.filemerging.FileMergingSnapshotManager;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalLocalKeyedStateHandle;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * One checkpoint, or native savepoint: waits until the store's files are written, and sends those
 * that the checkpoint can't refer to.
 *
 * <p>Thread: confined to the one that calls {@link #get}.
 */
final class NativeSnapshot implements SnapshotStrategy.SnapshotResultSupplier<KeyedStateHandle> {

  private final NativeSnapshots.Settings settings;
  private final NativeSnapshots.Taken taken;
  private final long checkpoint;
  private final CheckpointStreamFactory streams;
  private final SharingFilesStrategy sharing;

  // What it consists of, by name; handles that last, even where a placeholder is sent.
  private final Map<String, StreamStateHandle> files = new HashMap<>();
  private final Set<String> anew = new HashSet<>();

  /** All of it, handles or placeholders. */
  private final List<HandleAndLocalPath> sent = new ArrayList<>();

  private final List<StreamStateHandle> referred = new ArrayList<>();
  private long bytesSent;

  NativeSnapshot(
      NativeSnapshots.Settings settings,
      NativeSnapshots.Taken taken,
      long checkpoint,
      CheckpointStreamFactory streams,
      SharingFilesStrategy sharing) {
    this.settings = settings;
    this.taken = taken;
    this.checkpoint = checkpoint;
    this.streams = streams;
    this.sharing = sharing;
  }

  @Override
  public SnapshotResult<KeyedStateHandle> get(CloseableRegistry registry) throws Exception {
    Uploads uploads = new Uploads(streams, settings.transfers(), registry);
    LocalCopies local = LocalCopies.of(settings.localRecovery(), checkpoint, settings.backend());
    boolean complete = false;
    try {
      taken.snapshot().await();
      List<SnapshotFile> all = taken.snapshot().files();
      sendFiles(all, uploads);
      SnapshotResult<StreamStateHandle> meta =
          uploads.meta(
              settings.localRecovery(),
              checkpoint,
              out -> taken.meta().write(settings.keySerializer(), taken.snapshot(), out));
      IncrementalRemoteKeyedStateHandle remote =
          new IncrementalRemoteKeyedStateHandle(
              settings.backend(),
              settings.keyGroups(),
              checkpoint,
              scope() == CheckpointedStateScope.SHARED ? sent : List.of(),
              scope() == CheckpointedStateScope.SHARED ? List.of() : sent,
              meta.getJobManagerOwnedSnapshot(),
              bytesSent + meta.getStateSize());
      KeyedStateHandle copied = localHandle(local, all, meta.getTaskLocalSnapshot());
      if (registry.isClosed()) {
        // Nobody would take the result, so nothing of it must stay.
        throw new IOException("Checkpoint " + checkpoint + " was cancelled");
      }
      ConfirmedFiles confirmed = settings.confirmed();
      if (confirmed != null && sharing != SharingFilesStrategy.NO_SHARING) {
        confirmed.sent(checkpoint, files, anew);
      }
      complete = true;
      return copied == null
          ? SnapshotResult.of(remote)
          : SnapshotResult.withLocalState(remote, copied);
    } finally {
      if (complete) {
        streams.reusePreviousStateHandle(referred);
      } else {
        uploads.discard();
        local.discard();
      }
    }
  }

  private void sendFiles(List<SnapshotFile> all, Uploads uploads) throws Exception {
    List<SnapshotFile> toSend = new ArrayList<>();
    Map<String, StreamStateHandle> toDuplicate = new HashMap<>();
    for (SnapshotFile file : all) {
      StreamStateHandle there = taken.confirmed().get(file.name());
      if (there == null) {
        toSend.add(file);
      } else if (sharing == SharingFilesStrategy.FORWARD_BACKWARD
          && streams.couldReuseStateHandle(placeholder(there))) {
        refer(file.name(), there);
        letGo(file);
      } else if (sharing == SharingFilesStrategy.FORWARD
          && streams.canFastDuplicate(there, scope())) {
        toDuplicate.put(file.name(), there);
      } else {
        toSend.add(file);
      }
    }
    for (Map.Entry<String, StreamStateHandle> entry :
        uploads.duplicates(toDuplicate, scope()).entrySet()) {
      add(entry.getKey(), entry.getValue());
    }
    for (Map.Entry<String, StreamStateHandle> entry :
        uploads.files(toSend, scope(), this::letGo).entrySet()) {
      add(entry.getKey(), entry.getValue());
    }
    // This one doesn't need the checkpoint that the store was opened from, which may go then.
    for (SnapshotFile file : all) {
      if (anew.contains(file.name())) {
        file.awaitLocal();
      }
    }
  }

  /** The store may delete the file, unless it is to be copied for local recovery. Any thread. */
  private void letGo(SnapshotFile file) {
    if (!settings.localRecovery().isLocalBackupEnabled()) {
      taken.snapshot().release(file);
    }
  }

  private CheckpointedStateScope scope() {
    return sharing == SharingFilesStrategy.NO_SHARING || settings.confirmed() == null
        ? CheckpointedStateScope.EXCLUSIVE
        : CheckpointedStateScope.SHARED;
  }

  private void refer(String name, StreamStateHandle there) {
    PlaceholderStreamStateHandle placeholder = placeholder(there);
    files.put(name, there);
    sent.add(HandleAndLocalPath.of(placeholder, name));
    referred.add(placeholder);
  }

  private static PlaceholderStreamStateHandle placeholder(StreamStateHandle handle) {
    return new PlaceholderStreamStateHandle(
        handle.getStreamStateHandleID(),
        handle.getStateSize(),
        FileMergingSnapshotManager.isFileMergingHandle(handle));
  }

  private void add(String name, StreamStateHandle handle) {
    files.put(name, handle);
    anew.add(name);
    sent.add(HandleAndLocalPath.of(handle, name));
    bytesSent += handle.getStateSize();
  }

  private @Nullable KeyedStateHandle localHandle(
      LocalCopies local, List<SnapshotFile> all, @Nullable StreamStateHandle localMeta) {
    if (localMeta == null) {
      return null;
    }
    var folder = local.copy(all, settings.storeFolder());
    return folder == null
        ? null
        : new IncrementalLocalKeyedStateHandle(
            settings.backend(),
            checkpoint,
            folder,
            settings.keyGroups(),
            localMeta,
            scope() == CheckpointedStateScope.SHARED ? sent : List.of());
  }
}
