package io.varve.flink.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;

/** A way of taking checkpoints, in each of which Flink's suites run once. */
enum Mode {
  FULL_TO_MEMORY(false, false),
  INCREMENTAL_TO_MEMORY(true, false),
  INCREMENTAL_TO_FILES(true, true);

  private final boolean incremental;
  private final boolean files;

  Mode(boolean incremental, boolean files) {
    this.incremental = incremental;
    this.files = files;
  }

  static List<Mode> all() {
    return Arrays.asList(values());
  }

  ConfigurableStateBackend backend() {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, incremental);
    return (ConfigurableStateBackend) Subject.backend(settings);
  }

  /** In files, even the smallest state is one of its own. */
  CheckpointStorage storage(Path folder) throws IOException {
    return files
        ? new FileSystemCheckpointStorage(
            Files.createTempDirectory(folder, "checkpoints").toUri(), 0)
        : new JobManagerCheckpointStorage();
  }
}
