package io.varve.flink.state;

import io.varve.flink.state.BackendSettings.Timers;
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
  FULL_TO_MEMORY(false, false, Timers.VARVE),
  INCREMENTAL_TO_MEMORY(true, false, Timers.VARVE),
  INCREMENTAL_TO_FILES(true, true, Timers.VARVE),
  INCREMENTAL_WITH_TIMERS_ON_HEAP(true, true, Timers.HEAP);

  private final boolean incremental;
  private final boolean files;
  private final Timers timers;

  Mode(boolean incremental, boolean files, Timers timers) {
    this.incremental = incremental;
    this.files = files;
    this.timers = timers;
  }

  boolean timersOnHeap() {
    return timers == Timers.HEAP;
  }

  static List<Mode> all() {
    return Arrays.asList(values());
  }

  ConfigurableStateBackend backend() {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, incremental);
    settings.set(BackendSettings.TIMERS, timers);
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
