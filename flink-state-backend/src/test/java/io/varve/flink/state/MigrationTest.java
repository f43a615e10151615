package io.varve.flink.state;

import java.io.IOException;
import java.util.List;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendMigrationTestBase;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameter;
import org.apache.flink.testutils.junit.extensions.parameterized.ParameterizedTestExtension;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameters;
import org.junit.jupiter.api.extension.ExtendWith;

/** Flink's suite of state whose serializer has changed since the snapshot. */
@ExtendWith(ParameterizedTestExtension.class)
class MigrationTest extends StateBackendMigrationTestBase<StateBackend> {
  @Parameter public Mode mode;

  @Parameters(name = "{0}")
  public static List<Mode> modes() {
    // Timers on the heap are Flink's, which looks at their serializers itself when it restores
    // them.
    return Mode.all().stream().filter(mode -> !mode.timersOnHeap()).toList();
  }

  @Override
  protected StateBackend getStateBackend() {
    return mode.backend();
  }

  @Override
  protected CheckpointStorage getCheckpointStorage() throws IOException {
    return mode.storage(tempFolder);
  }
}
