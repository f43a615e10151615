package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PhysicalStateHandleID;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.runtime.util.TestingTaskManagerRuntimeInfo;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restored backend has of its own, and what it needs of the checkpoint it came from. */
class RestoredFilesTest {

  private static final int KEYS = 4_000;
  private static final int VALUE_BYTES = 1_024;
  private static final KeyGroupRange KEY_GROUPS = KeyGroupRange.of(0, 7);

  @TempDir Path folder;

  private CheckpointStorageAccess storage;

  @BeforeEach
  void makeStorage() throws IOException {
    storage =
        new FileSystemCheckpointStorage(checkpoints().toUri(), 0)
            .createCheckpointStorage(new JobID());
    storage.initializeBaseLocationsForCheckpoint();
  }

  private Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  @Test
  void filesOnTheSameDiskAreLinkedTo() throws Exception {
    KeyedStateHandle checkpoint = checkpointOfAll();
    try (Running restored = new Running(true, List.of(checkpoint))) {
      for (HandleAndLocalPath file :
          ((IncrementalRemoteKeyedStateHandle) checkpoint).getSharedState()) {
        Path there = Path.of(((FileStateHandle) file.getHandle()).getFilePath().getPath());
        assertThat(Files.getAttribute(there, "unix:nlink")).isEqualTo(2);
      }
      FileUtils.deleteDirectory(checkpoints().toFile());
      restored.check(0);
    }
  }

  @Test
  void theCheckpointIsNotNeededOnceAFullOneIsComplete() throws Exception {
    IncrementalRemoteKeyedStateHandle checkpoint =
        (IncrementalRemoteKeyedStateHandle) checkpointOfAll();
    AtomicBoolean gone = new AtomicBoolean();
    try (Running restored = new Running(true, List.of(elsewhere(checkpoint, gone)))) {
      KeyedStateHandle full = restored.snapshot(2, CheckpointType.FULL_CHECKPOINT);
      gone.set(true);
      FileUtils.deleteDirectory(checkpoints().toFile());
      assertThat(((IncrementalRemoteKeyedStateHandle) full).getSharedState()).isNotEmpty();
      restored.check(0);
      restored.update(1);
      restored.check(1);
    }
  }

  @Test
  void filesThatNoOtherCheckpointSharesAreItsOwn() throws Exception {
    KeyedStateHandle full;
    try (Running running = new Running(false, List.of())) {
      running.update(0);
      full = running.snapshot(1, CheckpointType.CHECKPOINT);
    }
    IncrementalRemoteKeyedStateHandle handle = (IncrementalRemoteKeyedStateHandle) full;
    assertThat(handle.getSharedState()).isEmpty();
    assertThat(handle.getPrivateState()).isNotEmpty();
    try (Running restored = new Running(true, List.of(full))) {
      restored.check(0);
      KeyedStateHandle next = restored.snapshot(2, CheckpointType.CHECKPOINT);
      // What goes when its checkpoint does is referred to by no other.
      full.discardState();
      try (Running again = new Running(true, List.of(next))) {
        again.check(0);
      }
    }
  }

  private KeyedStateHandle checkpointOfAll() throws Exception {
    try (Running running = new Running(true, List.of())) {
      running.update(0);
      return running.snapshot(1, CheckpointType.CHECKPOINT);
    }
  }

  /** The same checkpoint, as if on another machine, until it is gone. */
  private static KeyedStateHandle elsewhere(
      IncrementalRemoteKeyedStateHandle checkpoint, AtomicBoolean gone) {
    return new IncrementalRemoteKeyedStateHandle(
        checkpoint.getBackendIdentifier(),
        checkpoint.getKeyGroupRange(),
        checkpoint.getCheckpointId(),
        checkpoint.getSharedState().stream()
            .map(
                file ->
                    HandleAndLocalPath.of(
                        new Elsewhere(file.getHandle(), gone), file.getLocalPath()))
            .toList(),
        List.of(),
        checkpoint.getMetaDataStateHandle());
  }

  private record Elsewhere(StreamStateHandle handle, AtomicBoolean gone)
      implements StreamStateHandle {

    private void check() throws IOException {
      if (gone.get()) {
        throw new IOException("The checkpoint is gone");
      }
    }

    @Override
    public FSDataInputStream openInputStream() throws IOException {
      check();
      FSDataInputStream from = handle.openInputStream();
      return new FSDataInputStream() {
        @Override
        public void seek(long position) throws IOException {
          from.seek(position);
        }

        @Override
        public long getPos() throws IOException {
          return from.getPos();
        }

        @Override
        public int read() throws IOException {
          check();
          return from.read();
        }

        @Override
        public int read(byte[] target, int at, int length) throws IOException {
          check();
          return from.read(target, at, length);
        }

        @Override
        public void close() throws IOException {
          from.close();
        }
      };
    }

    @Override
    public Optional<byte[]> asBytesIfInMemory() {
      return Optional.empty();
    }

    @Override
    public PhysicalStateHandleID getStreamStateHandleID() {
      return handle.getStreamStateHandleID();
    }

    @Override
    public void discardState() {
      gone.set(true);
    }

    @Override
    public long getStateSize() {
      return handle.getStateSize();
    }
  }

  /** A backend with a value for each key, in less memory than they take. */
  private final class Running implements AutoCloseable {

    private final MockEnvironment environment;
    private final CloseableRegistry closeables = new CloseableRegistry();
    private final CheckpointableKeyedStateBackend<Integer> backend;
    private final ValueState<byte[]> values;

    Running(boolean incremental, List<KeyedStateHandle> handles) throws Exception {
      Configuration settings = new Configuration();
      settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, incremental);
      environment =
          MockEnvironment.builder()
              .setManagedMemorySize(2 << 20)
              .setTaskManagerRuntimeInfo(
                  new TestingTaskManagerRuntimeInfo(
                      settings, Files.createTempDirectory(folder, "local").toFile()))
              .build();
      backend =
          Subject.backend(settings)
              .createKeyedStateBackend(
                  new KeyedStateBackendParametersImpl<>(
                      environment,
                      new JobID(),
                      "operator",
                      IntSerializer.INSTANCE,
                      KEY_GROUPS.getNumberOfKeyGroups(),
                      KEY_GROUPS,
                      environment.getTaskKvStateRegistry(),
                      TtlTimeProvider.DEFAULT,
                      new UnregisteredMetricsGroup(),
                      (name, value) -> {},
                      handles,
                      closeables,
                      1.0));
      values =
          backend.getPartitionedState(
              VoidNamespace.INSTANCE,
              VoidNamespaceSerializer.INSTANCE,
              new ValueStateDescriptor<>("values", BytePrimitiveArraySerializer.INSTANCE));
    }

    void update(int round) throws Exception {
      for (int key = 0; key < KEYS; key++) {
        backend.setCurrentKey(key);
        values.update(value(key, round));
      }
    }

    void check(int round) throws Exception {
      for (int key = 0; key < KEYS; key++) {
        backend.setCurrentKey(key);
        assertThat(values.value()).isEqualTo(value(key, round));
      }
    }

    private static byte[] value(int key, int round) {
      byte[] value = new byte[VALUE_BYTES];
      value[0] = (byte) key;
      value[1] = (byte) (key >>> 8);
      value[VALUE_BYTES - 1] = (byte) round;
      return value;
    }

    KeyedStateHandle snapshot(long id, SnapshotType type) throws Exception {
      CheckpointStorageLocationReference location = CheckpointStorageLocationReference.getDefault();
      RunnableFuture<SnapshotResult<KeyedStateHandle>> future =
          backend.snapshot(
              id,
              id,
              storage.resolveCheckpointStorageLocation(id, location),
              new CheckpointOptions(type, location));
      future.run();
      return future.get().getJobManagerOwnedSnapshot();
    }

    @Override
    public void close() throws Exception {
      backend.close();
      backend.dispose();
      closeables.close();
      environment.close();
    }
  }
}
