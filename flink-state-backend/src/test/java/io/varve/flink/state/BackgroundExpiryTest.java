package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalValueState;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.runtime.state.ttl.TtlStateFactory;
import org.apache.flink.runtime.state.ttl.TtlValue;
import org.apache.flink.streaming.api.operators.StreamOperatorStateHandler;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.operators.TimerSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State that has expired goes though nobody asks for it, and other state doesn't. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class BackgroundExpiryTest {

  private static final int KEYS = 3000;
  private static final long TTL_MS = 1000;
  private static final String CONTENT = "x".repeat(1000);

  private final AtomicLong nowMs = new AtomicLong(1_000_000);
  private final List<AutoCloseable> open = new ArrayList<>();
  private long checkpoints;

  private CheckpointableKeyedStateBackend<Long> start(List<KeyedStateHandle> handles)
      throws Exception {
    MockEnvironment environment = MockEnvironment.builder().setManagedMemorySize(8 << 20).build();
    open.add(environment);
    CheckpointableKeyedStateBackend<Long> backend =
        Subject.backend()
            .createKeyedStateBackend(
                new KeyedStateBackendParametersImpl<>(
                    environment,
                    new JobID(),
                    "operator",
                    LongSerializer.INSTANCE,
                    4,
                    KeyGroupRange.of(0, 3),
                    environment.getTaskKvStateRegistry(),
                    nowMs::get,
                    new UnregisteredMetricsGroup(),
                    (name, value) -> {},
                    handles,
                    new CloseableRegistry(),
                    1.0));
    open.add(backend::dispose);
    return backend;
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private static StateTtlConfig ttl(long ms, Consumer<StateTtlConfig.Builder> more) {
    StateTtlConfig.Builder builder = StateTtlConfig.newBuilder(Duration.ofMillis(ms));
    more.accept(builder);
    return builder.build();
  }

  private static StateTtlConfig ttl() {
    return ttl(TTL_MS, builder -> {});
  }

  private static ValueStateDescriptor<String> values(StateTtlConfig ttl) {
    ValueStateDescriptor<String> descriptor =
        new ValueStateDescriptor<>("values", StringSerializer.INSTANCE);
    if (ttl != null) {
      descriptor.enableTimeToLive(ttl);
    }
    return descriptor;
  }

  private static <S extends State> S state(
      CheckpointableKeyedStateBackend<Long> backend, StateDescriptor<S, ?> descriptor)
      throws Exception {
    return backend.getPartitionedState(
        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
  }

  private static void fill(
      CheckpointableKeyedStateBackend<Long> backend, ValueState<String> state, int from, int to)
      throws Exception {
    for (long key = from; key < to; key++) {
      backend.setCurrentKey(key);
      state.update(CONTENT + key);
    }
  }

  private static void check(
      CheckpointableKeyedStateBackend<Long> backend, ValueState<String> state, int from, int to)
      throws Exception {
    for (long key = from; key < to; key++) {
      backend.setCurrentKey(key);
      assertThat(state.value()).isEqualTo(CONTENT + key);
    }
  }

  private KeyedStateHandle checkpoint(CheckpointableKeyedStateBackend<Long> backend)
      throws Exception {
    long id = ++checkpoints;
    var part =
        backend.snapshot(
            id,
            id,
            new MemCheckpointStreamFactory(64 << 20),
            CheckpointOptions.forCheckpointWithDefaultLocation());
    part.run();
    return part.get().getJobManagerOwnedSnapshot();
  }

  private static KeyedStateHandle savepoint(CheckpointableKeyedStateBackend<Long> backend)
      throws Exception {
    var part =
        StreamOperatorStateHandler.prepareCanonicalSavepoint(backend, new CloseableRegistry())
            .snapshot(
                1,
                1,
                new MemCheckpointStreamFactory(64 << 20),
                CheckpointOptions.alignedNoTimeout(
                    SavepointType.savepoint(SavepointFormatType.CANONICAL),
                    CheckpointStorageLocationReference.getDefault()));
    part.run();
    return part.get().getJobManagerOwnedSnapshot();
  }

  private static int entries(CheckpointableKeyedStateBackend<Long> backend) {
    return ((AbstractKeyedStateBackend<Long>) backend).numKeyValueStateEntries();
  }

  /** Takes checkpoints, and nothing else, until there are so many entries. */
  private void awaitEntries(CheckpointableKeyedStateBackend<Long> backend, int entries)
      throws Exception {
    while (entries(backend) != entries) {
      checkpoint(backend);
    }
  }

  /** So many checkpoints that all would have gone that can go. */
  private void staysAt(CheckpointableKeyedStateBackend<Long> backend, int entries)
      throws Exception {
    for (int i = 0; i < 20; i++) {
      checkpoint(backend);
      assertThat(entries(backend)).isEqualTo(entries);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"by default", "incrementally", "in compaction", "seen until then"})
  void whatHasExpiredGoesWithoutAnyAccess(String wish) throws Exception {
    StateTtlConfig ttl =
        ttl(
            TTL_MS,
            builder -> {
              switch (wish) {
                case "incrementally" ->
                    builder.disableCleanupInBackground().cleanupIncrementally(5, true);
                case "in compaction" ->
                    builder.disableCleanupInBackground().cleanupInRocksdbCompactFilter(1000);
                case "seen until then" -> builder.returnExpiredIfNotCleanedUp();
                default -> {}
              }
            });
    var backend = start(List.of());
    ValueState<String> state = state(backend, values(ttl));
    fill(backend, state, 0, KEYS);
    long before = checkpoint(backend).getStateSize();
    nowMs.addAndGet(TTL_MS - 1);
    staysAt(backend, KEYS);
    nowMs.addAndGet(1);
    awaitEntries(backend, 0);
    assertThat(before).isGreaterThan(KEYS * 1000L);
    assertThat(checkpoint(backend).getStateSize()).isLessThan(2000);
  }

  @Test
  void whatIsAliveStays() throws Exception {
    var backend = start(List.of());
    ValueState<String> state = state(backend, values(ttl()));
    ValueState<String> lasting =
        state(backend, new ValueStateDescriptor<>("lasting", StringSerializer.INSTANCE));
    fill(backend, state, 0, KEYS);
    fill(backend, lasting, 0, 10);
    KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<Long, VoidNamespace>> timers =
        backend.create(
            "timers",
            new TimerSerializer<>(LongSerializer.INSTANCE, VoidNamespaceSerializer.INSTANCE));
    for (long key = 0; key < 20; key++) {
      timers.add(new TimerHeapInternalTimer<>(key, key, VoidNamespace.INSTANCE));
    }
    checkpoint(backend);
    nowMs.addAndGet(TTL_MS / 2);
    fill(backend, state, 0, 100);
    nowMs.addAndGet(TTL_MS / 2);
    awaitEntries(backend, 100 + 10 + 20);
    check(backend, state, 0, 100);
    check(backend, lasting, 0, 10);
    assertThat(timers.size()).isEqualTo(20);
    backend.setCurrentKey(100L);
    assertThat(state.value()).isNull();
  }

  @Test
  void foldedValuesExpireToo() throws Exception {
    var backend = start(List.of());
    ReducingStateDescriptor<String> reducing =
        new ReducingStateDescriptor<>("reducing", (a, b) -> a, StringSerializer.INSTANCE);
    AggregatingStateDescriptor<String, String, String> aggregating =
        new AggregatingStateDescriptor<>("aggregating", new Last(), StringSerializer.INSTANCE);
    reducing.enableTimeToLive(ttl());
    aggregating.enableTimeToLive(ttl(2 * TTL_MS, builder -> {}));
    ReducingState<String> reduced = state(backend, reducing);
    AggregatingState<String, String> aggregated = state(backend, aggregating);
    for (long key = 0; key < KEYS; key++) {
      backend.setCurrentKey(key);
      reduced.add(CONTENT);
      aggregated.add(CONTENT);
    }
    checkpoint(backend);
    nowMs.addAndGet(TTL_MS);
    awaitEntries(backend, KEYS);
    assertThat(aggregated.get()).isEqualTo(CONTENT);
    nowMs.addAndGet(TTL_MS);
    awaitEntries(backend, 0);
  }

  @Test
  void entriesOfMapsExpireOneByOne() throws Exception {
    var backend = start(List.of());
    MapStateDescriptor<Long, String> descriptor =
        new MapStateDescriptor<>("map", LongSerializer.INSTANCE, StringSerializer.INSTANCE);
    descriptor.enableTimeToLive(ttl());
    MapState<Long, String> map = state(backend, descriptor);
    for (long key = 0; key < 200; key++) {
      backend.setCurrentKey(key);
      for (long i = 0; i < 100; i++) {
        // Some of them in leaves, some in records of their own.
        map.put(i, "x".repeat(i % 2 == 0 ? 100 : 200));
      }
    }
    checkpoint(backend);
    long before = checkpoint(backend).getStateSize();
    nowMs.addAndGet(TTL_MS / 2);
    for (long key = 0; key < 200; key += 20) {
      backend.setCurrentKey(key);
      map.put(7L, "seven");
    }
    nowMs.addAndGet(TTL_MS / 2);
    while (checkpoint(backend).getStateSize() > before / 4) {
      assertThat(entries(backend)).isGreaterThanOrEqualTo(10);
    }
    for (long key = 0; key < 200; key += 20) {
      backend.setCurrentKey(key);
      assertThat(map.entries()).singleElement().isEqualTo(Map.entry(7L, "seven"));
    }
  }

  @SuppressWarnings("unchecked")
  private static ListState<Object> objects(ListState<?> list) {
    return (ListState<Object>) list;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void elementsOfListsExpireOneByOne(boolean sameLength) throws Exception {
    var backend = start(List.of());
    ListStateDescriptor<String> texts =
        new ListStateDescriptor<>("list", StringSerializer.INSTANCE);
    ListStateDescriptor<Long> numbers = new ListStateDescriptor<>("list", LongSerializer.INSTANCE);
    texts.enableTimeToLive(ttl());
    numbers.enableTimeToLive(ttl());
    ListState<Object> list =
        sameLength ? objects(state(backend, numbers)) : objects(state(backend, texts));
    List<Object> some = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      some.add(sameLength ? (Object) i : "text " + i);
    }
    for (long key = 0; key < KEYS; key++) {
      backend.setCurrentKey(key);
      // Of one record, or of several.
      list.addAll(key % 2 == 0 ? some.subList(0, 10) : some);
      list.add(some.get(7));
    }
    checkpoint(backend);
    long before = checkpoint(backend).getStateSize();
    nowMs.addAndGet(TTL_MS / 2);
    for (long key = 0; key < 20; key++) {
      backend.setCurrentKey(key);
      list.add(some.get(7));
    }
    nowMs.addAndGet(TTL_MS / 2);
    while (checkpoint(backend).getStateSize() > before / 3) {
      assertThat(entries(backend)).isGreaterThanOrEqualTo(20);
    }
    KeyedStateHandle savepoint = savepoint(backend);
    backend = start(List.of(savepoint));
    list = sameLength ? objects(state(backend, numbers)) : objects(state(backend, texts));
    for (long key = 0; key < KEYS; key++) {
      backend.setCurrentKey(key);
      if (key < 20) {
        assertThat(list.get()).containsExactly(some.get(7));
      } else {
        assertThat(list.get()).isNullOrEmpty();
      }
    }
  }

  private static final class Last
      implements org.apache.flink.api.common.functions.AggregateFunction<String, String, String> {
    @Override
    public String createAccumulator() {
      return "";
    }

    @Override
    public String add(String value, String sofar) {
      return value;
    }

    @Override
    public String getResult(String sofar) {
      return sofar;
    }

    @Override
    public String merge(String one, String other) {
      return other;
    }
  }

  @Test
  void nothingGoesWhereThatIsNotWanted() throws Exception {
    var backend = start(List.of());
    ValueState<String> state =
        state(
            backend,
            values(
                ttl(
                    TTL_MS,
                    builder ->
                        builder.disableCleanupInBackground().returnExpiredIfNotCleanedUp())));
    fill(backend, state, 0, KEYS);
    nowMs.addAndGet(10 * TTL_MS);
    staysAt(backend, KEYS);
  }

  /** As Flink does for who may describe a state several times. */
  private static InternalValueState<Long, VoidNamespace, TtlValue<String>> describeAgain(
      CheckpointableKeyedStateBackend<Long> backend, long ttlMs) throws Exception {
    ValueStateDescriptor<TtlValue<String>> descriptor =
        new ValueStateDescriptor<>(
            "values",
            new TtlStateFactory.TtlSerializer<>(
                LongSerializer.INSTANCE, StringSerializer.INSTANCE));
    descriptor.enableTimeToLive(ttl(ttlMs, builder -> {}));
    return backend.createOrUpdateInternalState(
        VoidNamespaceSerializer.INSTANCE,
        descriptor,
        StateSnapshotTransformFactory.noTransform(),
        true);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLongerOfTwoTimesHolds(boolean longerFirst) throws Exception {
    var backend = start(List.of());
    var state = describeAgain(backend, longerFirst ? 3 * TTL_MS : TTL_MS);
    state.setCurrentNamespace(VoidNamespace.INSTANCE);
    for (long key = 0; key < KEYS; key++) {
      backend.setCurrentKey(key);
      state.update(new TtlValue<>(CONTENT, nowMs.get()));
    }
    describeAgain(backend, longerFirst ? TTL_MS : 3 * TTL_MS);
    nowMs.addAndGet(2 * TTL_MS);
    staysAt(backend, KEYS);
    nowMs.addAndGet(TTL_MS);
    awaitEntries(backend, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasWrittenBeforeExpiresAfterARestore(boolean canonical) throws Exception {
    var before = start(List.of());
    ValueState<String> state = state(before, values(ttl()));
    fill(before, state, 0, KEYS);
    nowMs.addAndGet(TTL_MS / 2);
    fill(before, state, 0, 50);
    var backend = start(List.of(canonical ? savepoint(before) : checkpoint(before)));
    nowMs.addAndGet(TTL_MS / 2);
    // Nobody has said yet that it expires.
    staysAt(backend, KEYS);
    state = state(backend, values(ttl()));
    awaitEntries(backend, 50);
    check(backend, state, 0, 50);
    nowMs.addAndGet(TTL_MS / 2);
    awaitEntries(backend, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stateThatBeginsToExpireBeginsWhenItIsRestored(boolean canonical) throws Exception {
    var before = start(List.of());
    fill(before, state(before, values(null)), 0, KEYS);
    var backend = start(List.of(canonical ? savepoint(before) : checkpoint(before)));
    nowMs.addAndGet(10 * TTL_MS);
    ValueState<String> state = state(backend, values(ttl()));
    nowMs.addAndGet(TTL_MS - 1);
    staysAt(backend, KEYS);
    check(backend, state, 0, KEYS);
    nowMs.addAndGet(1);
    awaitEntries(backend, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stateThatExpiresNoLongerStays(boolean canonical) throws Exception {
    var before = start(List.of());
    fill(before, state(before, values(ttl())), 0, KEYS);
    var backend = start(List.of(canonical ? savepoint(before) : checkpoint(before)));
    ValueState<String> state = state(backend, values(null));
    nowMs.addAndGet(10 * TTL_MS);
    staysAt(backend, KEYS);
    check(backend, state, 0, KEYS);
    // And begins anew with the third run.
    var third = start(List.of(checkpoint(backend)));
    state = state(third, values(ttl()));
    nowMs.addAndGet(TTL_MS - 1);
    staysAt(third, KEYS);
    check(third, state, 0, KEYS);
    nowMs.addAndGet(1);
    awaitEntries(third, 0);
  }
}
