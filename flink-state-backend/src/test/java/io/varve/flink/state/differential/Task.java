package io.varve.flink.state.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RunnableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.State;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.util.TestingTaskManagerRuntimeInfo;
import org.apache.flink.streaming.api.operators.StreamOperatorStateHandler;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.operators.TimerSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * One keyed backend, in an environment and a folder of its own. Once closed it must have left no
 * file in the folder.
 */
final class Task<K> implements AutoCloseable {
  private final Side side;
  private final Keys<K> keys;
  private final Path folder;
  private final MockEnvironment environment;
  private final CloseableRegistry open = new CloseableRegistry();
  private final CheckpointableKeyedStateBackend<K> backend;
  private final Map<Declared, State> states = new HashMap<>();
  private final Map<String, KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>>>
      queues = new HashMap<>();

  /**
   * Restores a backend of what {@code handles} has.
   *
   * @param start is given what closes the streams that are read meanwhile
   */
  Task(
      Side side,
      Keys<K> keys,
      int keyGroups,
      KeyGroupRange range,
      Collection<KeyedStateHandle> handles,
      Consumer<CloseableRegistry> start)
      throws Exception {
    this.side = side;
    this.keys = keys;
    folder = Files.createTempDirectory(side.folder(), side.name());
    environment =
        MockEnvironment.builder()
            .setManagedMemorySize(side.memoryBytes())
            .setIOManager(new IOManagerAsync(folder.toString()))
            .setTaskManagerRuntimeInfo(
                new TestingTaskManagerRuntimeInfo(
                    new Configuration(),
                    new String[] {folder.toString()},
                    "localhost",
                    folder.toFile()))
            .build();
    start.accept(open);
    try {
      backend =
          side.backends()
              .get()
              .createKeyedStateBackend(
                  new KeyedStateBackendParametersImpl<>(
                      environment,
                      new JobID(),
                      "operator",
                      keys.serializer().get(),
                      keyGroups,
                      range,
                      environment.getTaskKvStateRegistry(),
                      side.clock(),
                      new UnregisteredMetricsGroup(),
                      (name, value) -> {},
                      handles,
                      open,
                      1.0));
    } catch (Exception e) {
      open.close();
      leave();
      throw e;
    }
  }

  CheckpointableKeyedStateBackend<K> backend() {
    return backend;
  }

  State state(Declared declared) throws Exception {
    State state = states.get(declared);
    if (state == null) {
      state = backend.getOrCreateKeyedState(declared.namespaceSerializer(), declared.descriptor());
      states.put(declared, state);
    }
    return state;
  }

  KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>> queue(String name) {
    return queues.computeIfAbsent(
        name,
        any ->
            backend.create(
                any, new TimerSerializer<>(keys.serializer().get(), new TimeWindow.Serializer())));
  }

  /** Its part in memory; the rest is done when the future runs. */
  RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot(long id, Checkpoint.Type type)
      throws Exception {
    CheckpointOptions options =
        new CheckpointOptions(type.snapshot(), CheckpointStorageLocationReference.getDefault());
    CheckpointStreamFactory streams = side.vault().streamsOf(Checkpoint.name(type, id));
    return type == Checkpoint.Type.CANONICAL_SAVEPOINT
        ? StreamOperatorStateHandler.prepareCanonicalSavepoint(backend, open)
            .snapshot(id, id, streams, options)
        : backend.snapshot(id, id, streams, options);
  }

  CheckpointListener listener() {
    return (CheckpointListener) backend;
  }

  /** In the order in which a task ends. */
  @Override
  public void close() throws Exception {
    open.close();
    backend.close();
    backend.dispose();
    leave();
  }

  private void leave() throws Exception {
    if (!environment.getMemoryManager().verifyEmpty()) {
      throw new AssertionError("The " + side.name() + " keeps memory of the slot");
    }
    environment.close();
    List<Path> left;
    try (Stream<Path> all = Files.walk(folder)) {
      left = all.filter(Files::isRegularFile).filter(file -> !ofRocksDbLibrary(file)).toList();
    }
    if (!left.isEmpty()) {
      throw new AssertionError("The " + side.name() + " left files behind: " + left);
    }
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(Task::delete);
    }
  }

  /** RocksDB's native code is unpacked once a process, into whatever folder is the first. */
  private static boolean ofRocksDbLibrary(Path file) {
    return file.getParent().getFileName().toString().startsWith("rocksdb-lib");
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
