package io.varve.flink.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.StateBackendTestBase;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameter;
import org.apache.flink.testutils.junit.extensions.parameterized.ParameterizedTestExtension;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameters;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Flink's suite of keyed state: each kind, its snapshots, its registration. */
@ExtendWith(ParameterizedTestExtension.class)
class KeyedStateTest extends StateBackendTestBase<AbstractStateBackend> {
  @TempDir static Path folder;
  @Parameter public Mode mode;

  @Parameters(name = "{0}")
  public static List<Mode> modes() {
    return Mode.all();
  }

  @Override
  protected ConfigurableStateBackend getStateBackend() {
    return mode.backend();
  }

  @Override
  protected CheckpointStorage getCheckpointStorage() throws IOException {
    return mode.storage(folder);
  }

  /** State is kept serialized, and read again by the serializer that comes with its descriptor. */
  @Override
  protected boolean isSerializerPresenceRequiredOnRestore() {
    return false;
  }

  @Override
  protected boolean supportsAsynchronousSnapshots() {
    return true;
  }

  /** A state keeps no object that was given to it; Flink's timers on the heap do. */
  @Override
  protected boolean isSafeToReuseKVState() {
    return !mode.timersOnHeap();
  }
}
