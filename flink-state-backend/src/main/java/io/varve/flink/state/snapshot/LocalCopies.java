package io.varve.flink.state.snapshot;

import io.varve.state.SnapshotFile;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.apache.flink.runtime.state.DirectoryStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint's files on the task manager's own disk, to recover from without checkpoint storage:
 * links to the store's files where that is possible. That there is no such copy fails no
 * checkpoint.
 *
 * <p>Thread: confined to the checkpoint's.
 */
public final class LocalCopies {

  private static final Logger LOG = LoggerFactory.getLogger(LocalCopies.class);

  private final @Nullable Path folder;

  /** The folder that a store keeps its files in. */
  public record Folder(File path) {}

  private LocalCopies(@Nullable Path folder) {
    this.folder = folder;
  }

  static LocalCopies of(LocalRecoveryConfig config, long checkpoint, UUID backend) {
    if (!config.isLocalBackupEnabled()) {
      return new LocalCopies(null);
    }
    File above =
        config
            .getLocalStateDirectoryProvider()
            .orElseThrow(LocalRecoveryConfig.localRecoveryNotEnabled())
            .subtaskSpecificCheckpointDirectory(checkpoint);
    // Operators that are chained share the folder above.
    return new LocalCopies(above.toPath().resolve(backend.toString().replace("-", "")));
  }

  /** Copies the files; null if there are to be no copies, or they can't be made. */
  @Nullable DirectoryStateHandle copy(List<SnapshotFile> files, Folder store) {
    if (folder == null) {
      return null;
    }
    try {
      FileUtils.deleteDirectory(folder.toFile());
      Files.createDirectories(folder);
      for (SnapshotFile file : files) {
        copy(file, store.path().toPath().resolve(file.name()), folder.resolve(file.name()));
      }
      return DirectoryStateHandle.forPathWithSize(folder);
    } catch (IOException e) {
      LOG.warn("No local copy of a checkpoint in {}", folder, e);
      discard();
      return null;
    }
  }

  private static void copy(SnapshotFile file, Path from, Path to) throws IOException {
    try {
      // A file that is still being fetched from elsewhere is shorter.
      if (Files.size(from) == file.bytes()) {
        Files.createLink(to, from);
        return;
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("Copying {} instead of linking to it", from, e);
    }
    try (OutputStream out = Files.newOutputStream(to)) {
      Uploads.copy(file.source(), file.bytes(), out);
    }
  }

  void discard() {
    if (folder != null) {
      FileUtils.deleteDirectoryQuietly(folder.toFile());
    }
  }
}
