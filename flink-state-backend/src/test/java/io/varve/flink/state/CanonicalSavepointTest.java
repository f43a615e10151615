package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.streaming.api.operators.StreamOperatorStateHandler;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Canonical savepoints: sizes, compression and damage that Flink's suites don't have. */
final class CanonicalSavepointTest {

  private static final int KEY_GROUPS = 128;
  private static final KeyGroupRange ALL = KeyGroupRange.of(0, KEY_GROUPS - 1);

  /** More than is gathered or read ahead at once. */
  private static final int LARGE_BYTES = 3 << 20;

  private static final ValueStateDescriptor<byte[]> VALUES =
      new ValueStateDescriptor<>("values", BytePrimitiveArraySerializer.INSTANCE);
  private static final ListStateDescriptor<Integer> LISTS =
      new ListStateDescriptor<>("lists", IntSerializer.INSTANCE);
  private static final MapStateDescriptor<Integer, byte[]> MAPS =
      new MapStateDescriptor<>(
          "maps", IntSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

  /** Where the first key group begins in the savepoint that is damaged. */
  private int keyGroupAt;

  /** A backend of its own environment. */
  private record Opened(MockEnvironment environment, CheckpointableKeyedStateBackend<Long> backend)
      implements AutoCloseable {

    static Opened subject(boolean compressed, Collection<KeyedStateHandle> handles)
        throws Exception {
      return of(Subject.backend(), compressed, handles);
    }

    static Opened of(StateBackend kind, boolean compressed, Collection<KeyedStateHandle> handles)
        throws Exception {
      ExecutionConfig config = new ExecutionConfig();
      config.setUseSnapshotCompression(compressed);
      MockEnvironment environment = MockEnvironment.builder().setExecutionConfig(config).build();
      try {
        return new Opened(
            environment,
            kind.createKeyedStateBackend(
                new KeyedStateBackendParametersImpl<>(
                    environment,
                    new JobID(),
                    "canonical",
                    LongSerializer.INSTANCE,
                    KEY_GROUPS,
                    ALL,
                    environment.getTaskKvStateRegistry(),
                    TtlTimeProvider.DEFAULT,
                    new UnregisteredMetricsGroup(),
                    (name, value) -> {},
                    handles,
                    new CloseableRegistry(),
                    1.0)));
      } catch (Exception e) {
        environment.close();
        throw e;
      }
    }

    @SuppressWarnings("unchecked")
    <S extends State> S state(long key, StateDescriptor<S, ?> descriptor) throws Exception {
      backend.setCurrentKey(key);
      return (S)
          backend.getPartitionedState(
              VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
    }

    KeyGroupsSavepointStateHandle savepoint(CheckpointStreamFactory streams) throws Exception {
      var future =
          StreamOperatorStateHandler.prepareCanonicalSavepoint(backend, new CloseableRegistry())
              .snapshot(
                  1,
                  1,
                  streams,
                  CheckpointOptions.alignedNoTimeout(
                      SavepointType.savepoint(SavepointFormatType.CANONICAL),
                      CheckpointStorageLocationReference.getDefault()));
      future.run();
      return (KeyGroupsSavepointStateHandle) future.get().getJobManagerOwnedSnapshot();
    }

    KeyGroupsSavepointStateHandle savepoint() throws Exception {
      return savepoint(new MemCheckpointStreamFactory(256 << 20));
    }

    @Override
    public void close() throws Exception {
      backend.close();
      backend.dispose();
      environment.close();
    }
  }

  private static byte[] bytes(long key, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) key);
    return bytes;
  }

  private static int valueBytes(long key) {
    return key == 7 ? LARGE_BYTES : (int) (key % 3) * 1000;
  }

  private static void fill(Opened opened, int keys) throws Exception {
    for (long key = 0; key < keys; key++) {
      ValueState<byte[]> value = opened.state(key, VALUES);
      value.update(bytes(key, valueBytes(key)));
      ListState<Integer> list = opened.state(key, LISTS);
      for (int i = 0; i <= (key == 5 ? 100_000 : key % 4); i++) {
        list.add(i);
      }
      MapState<Integer, byte[]> map = opened.state(key, MAPS);
      for (int i = 0; i <= (key == 3 ? 10_000 : key % 4); i++) {
        map.put(i, bytes(i, i % 200));
      }
    }
  }

  private static void check(Opened opened, int keys) throws Exception {
    for (long key = 0; key < keys; key++) {
      assertThat(opened.state(key, VALUES).value()).isEqualTo(bytes(key, valueBytes(key)));
      int elements = key == 5 ? 100_001 : (int) (key % 4) + 1;
      assertThat(opened.state(key, LISTS).get()).hasSize(elements).contains(0, elements - 1);
      int entries = key == 3 ? 10_001 : (int) (key % 4) + 1;
      MapState<Integer, byte[]> map = opened.state(key, MAPS);
      assertThat(map.keys()).hasSize(entries);
      for (int i = 0; i < entries; i++) {
        assertThat(map.get(i)).isEqualTo(bytes(i, i % 200));
      }
    }
    assertThat(opened.backend.getKeys("values", VoidNamespace.INSTANCE)).hasSize(keys);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void smallAndLargeStateComesBack(boolean compressed) throws Exception {
    int keys = 3000;
    KeyGroupsSavepointStateHandle savepoint;
    try (Opened opened = Opened.subject(compressed, List.of())) {
      fill(opened, keys);
      savepoint = opened.savepoint();
    }
    assertThat(savepoint.getStateSize() < LARGE_BYTES).isEqualTo(compressed);
    try (Opened restored = Opened.subject(!compressed, List.of(savepoint))) {
      check(restored, keys);
    }
    try (Opened heap = Opened.of(new HashMapStateBackend(), compressed, List.of(savepoint))) {
      check(heap, keys);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theHeapsSavepointIsTaken(boolean compressed) throws Exception {
    int keys = 3000;
    KeyGroupsSavepointStateHandle savepoint;
    try (Opened heap = Opened.of(new HashMapStateBackend(), compressed, List.of())) {
      fill(heap, keys);
      savepoint = heap.savepoint();
    }
    try (Opened restored = Opened.subject(compressed, List.of(savepoint))) {
      check(restored, keys);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mostKeyGroupsMayBeEmpty(boolean compressed) throws Exception {
    KeyGroupsSavepointStateHandle savepoint;
    try (Opened opened = Opened.subject(compressed, List.of())) {
      fill(opened, 2);
      savepoint = opened.savepoint();
    }
    int begun = 0;
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      begun += savepoint.getOffsetForKeyGroup(keyGroup) == 0 ? 0 : 1;
    }
    assertThat(begun).isBetween(1, 2);
    try (Opened restored = Opened.subject(compressed, List.of(savepoint))) {
      check(restored, 2);
    }
  }

  @Test
  void whatIsCutOffIsSaidToBeDamaged() throws Exception {
    assertDamaged(bytes -> Arrays.copyOf(bytes, bytes.length - 5), "it ends after");
  }

  @Test
  void whatIsCutOffBeforeAnyStateIsSaidToBeDamaged() throws Exception {
    KeyGroupsSavepointStateHandle savepoint;
    try (Opened opened = Opened.subject(false, List.of())) {
      fill(opened, 2);
      savepoint = opened.savepoint();
    }
    byte[] bytes = savepoint.asBytesIfInMemory().orElseThrow();
    KeyedStateHandle cut =
        new KeyGroupsSavepointStateHandle(
            savepoint.getGroupRangeOffsets(),
            new ByteStreamStateHandle("cut", Arrays.copyOf(bytes, 5)));
    assertThatThrownBy(() -> Opened.subject(false, List.of(cut)))
        .matches(
            e -> ExceptionUtils.findThrowableWithMessage(e, "is damaged: it ends").isPresent());
  }

  @Test
  void aLengthThatIsTooLargeIsSaidToBeDamage() throws Exception {
    // The first key's length stands behind the first state's number.
    assertDamaged(bytes -> withInt(bytes, 2, Integer.MAX_VALUE), "it ends after");
  }

  @Test
  void aNegativeLengthIsSaidToBeDamage() throws Exception {
    assertDamaged(bytes -> withInt(bytes, 2, -5), "the length of a key");
  }

  @Test
  void anotherStateThanThereAreIsSaidToBeDamage() throws Exception {
    assertDamaged(bytes -> withInt(bytes, 0, 0x7fff_0000), "number 32767");
  }

  @Test
  void aKeyOfAnotherKeyGroupIsSaidToBeDamage() throws Exception {
    assertDamaged(
        bytes -> {
          byte[] damaged = bytes.clone();
          damaged[keyGroupAt + 6] ^= 1;
          return damaged;
        },
        "a key of key group");
  }

  private byte[] withInt(byte[] bytes, int behind, int value) {
    byte[] damaged = bytes.clone();
    ByteBuffer.wrap(damaged).putInt(keyGroupAt + behind, value);
    return damaged;
  }

  private void assertDamaged(UnaryOperator<byte[]> damage, String found) throws Exception {
    KeyGroupsSavepointStateHandle savepoint;
    try (Opened opened = Opened.subject(false, List.of())) {
      fill(opened, 2);
      savepoint = opened.savepoint();
    }
    keyGroupAt = Integer.MAX_VALUE;
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      int offset = (int) savepoint.getOffsetForKeyGroup(keyGroup);
      keyGroupAt = offset == 0 ? keyGroupAt : Math.min(keyGroupAt, offset);
    }
    byte[] bytes = savepoint.asBytesIfInMemory().orElseThrow();
    KeyGroupRangeOffsets offsets = savepoint.getGroupRangeOffsets();
    KeyedStateHandle damaged =
        new KeyGroupsSavepointStateHandle(
            offsets, new ByteStreamStateHandle("damaged", damage.apply(bytes)));
    assertThatThrownBy(() -> Opened.subject(false, List.of(damaged)))
        .rootCause()
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining(found);
  }

  @Test
  void whatReadsAheadEndsWithASavepointThatFails() throws Exception {
    try (Opened opened = Opened.subject(false, List.of())) {
      fill(opened, 3000);
      assertThatThrownBy(() -> opened.savepoint(new FullStorage()))
          .matches(e -> ExceptionUtils.findThrowableWithMessage(e, "full").isPresent());
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("Reading state for a savepoint")) {
          thread.join(TimeUnit.MINUTES.toMillis(1));
          assertThat(thread.isAlive()).isFalse();
        }
      }
      // And the next one finds all it needs.
      KeyGroupsSavepointStateHandle savepoint = opened.savepoint();
      try (Opened restored = Opened.subject(false, List.of(savepoint))) {
        check(restored, 3000);
      }
    }
  }

  /** A disk that has little room. */
  private static final class FullStorage implements CheckpointStreamFactory {
    @Override
    public CheckpointStateOutputStream createCheckpointStateOutputStream(
        CheckpointedStateScope scope) {
      return new FullStream();
    }

    @Override
    public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope) {
      return false;
    }

    @Override
    public List<StreamStateHandle> duplicate(
        List<StreamStateHandle> handles, CheckpointedStateScope scope) {
      throw new UnsupportedOperationException("canFastDuplicate says that it can't");
    }
  }

  /** A checkpoint stream of a disk that is full after some bytes. */
  private static final class FullStream extends CheckpointStateOutputStream {
    private static final int BYTES_MAX = 1 << 20;
    private long position;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (position + length > BYTES_MAX) {
        throw new IOException("full");
      }
      position += length;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void flush() {}

    @Override
    public void sync() {}

    @Override
    public StreamStateHandle closeAndGetHandle() {
      throw new IllegalStateException("It is full");
    }

    @Override
    public void close() {}
  }
}
