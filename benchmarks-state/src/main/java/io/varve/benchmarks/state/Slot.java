package io.varve.benchmarks.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.memory.MemoryManager;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.runtime.util.TestingTaskManagerRuntimeInfo;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.InstantiationUtil;

/**
 * A slot of a task manager with one operator in it that keeps keyed state: all of the slot's
 * managed memory is its own. Closing it closes the backend, checks that it gave back its memory,
 * and deletes its local files. Thread: confined to one.
 */
final class Slot implements AutoCloseable {

  static final int KEY_GROUPS = 128;

  static final KeyGroupRange ALL_KEY_GROUPS = KeyGroupRange.of(0, KEY_GROUPS - 1);

  private static final double FRACTION = 1;

  private final Path folder;
  private final MockEnvironment environment;
  private final CloseableRegistry closeables = new CloseableRegistry();
  private final CheckpointableKeyedStateBackend<Long> backend;

  private Slot(Turn turn, Setup setup) throws Exception {
    folder = Files.createTempDirectory(Files.createDirectories(turn.folder()), "local-");
    Configuration configuration = Configuration.fromMap(turn.configuration());
    configuration.set(StateBackendOptions.STATE_BACKEND, turn.backend());
    configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, setup.incremental());
    environment =
        new MockEnvironmentBuilder()
            .setTaskName("benchmark")
            .setMaxParallelism(KEY_GROUPS)
            .setMemoryManager(
                MemoryManager.create(
                    (long) turn.sizes().managedMib << 20, MemoryManager.DEFAULT_PAGE_SIZE))
            .setTaskManagerRuntimeInfo(
                new TestingTaskManagerRuntimeInfo(configuration, folder.toFile()))
            .build();
    backend = backend(configuration, setup);
  }

  /**
   * What the backend begins with.
   *
   * @param incremental whether the job asks for incremental checkpoints
   * @param handles what it restores; none: it begins empty
   */
  private record Setup(
      boolean incremental, KeyGroupRange range, Collection<KeyedStateHandle> handles) {}

  /** A slot whose backend begins empty. */
  static Slot empty(Turn turn, boolean incremental) throws Exception {
    return new Slot(turn, new Setup(incremental, ALL_KEY_GROUPS, List.of()));
  }

  /**
   * A slot whose backend restores those of the handles' key groups. The handles are copied by
   * serialization first, as on their way from a job manager.
   */
  static Slot restored(Turn turn, KeyGroupRange range, List<KeyedStateHandle> handles)
      throws Exception {
    List<KeyedStateHandle> parts =
        InstantiationUtil.clone(new ArrayList<>(handles)).stream()
            .map(handle -> handle.getIntersection(range))
            .toList();
    return new Slot(turn, new Setup(true, range, parts));
  }

  CheckpointableKeyedStateBackend<Long> backend() {
    return backend;
  }

  <S extends State> S state(StateDescriptor<S, ?> descriptor) throws Exception {
    return backend.getPartitionedState(
        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
  }

  /** Where the backend's local files are. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() throws Exception {
    try {
      backend.close();
      backend.dispose();
      closeables.close();
      environment.close();
    } finally {
      deleteFolder();
    }
  }

  private CheckpointableKeyedStateBackend<Long> backend(Configuration configuration, Setup setup)
      throws Exception {
    try {
      StateBackend loaded =
          StateBackendLoader.loadStateBackendFromConfig(
              configuration, Slot.class.getClassLoader(), null);
      return loaded.createKeyedStateBackend(
          new KeyedStateBackendParametersImpl<>(
              environment,
              new JobID(),
              "operator",
              LongSerializer.INSTANCE,
              KEY_GROUPS,
              setup.range(),
              environment.getTaskKvStateRegistry(),
              TtlTimeProvider.DEFAULT,
              new UnregisteredMetricsGroup(),
              (name, value) -> {},
              setup.handles(),
              closeables,
              FRACTION));
    } catch (Exception | LinkageError e) {
      deleteFolder();
      throw e;
    }
  }

  private void deleteFolder() throws IOException {
    FileUtils.deleteDirectory(folder.toFile());
  }
}
