package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.flink.state.keyed.StoreGate;
import io.varve.flink.state.metric.BackendMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateLatencyTrackOptions;
import org.apache.flink.configuration.StateSizeTrackOptions;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.metrics.MetricNames;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a backend tells of itself in Flink's metrics. */
class MetricsTest {
  private static final ValueStateDescriptor<byte[]> VALUES =
      new ValueStateDescriptor<>("values", byte[].class);

  private final Group metrics = new Group("", new TreeMap<>());
  private final Map<String, Long> initialization = new HashMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  /** Keeps what is registered by its full name. */
  private static final class Group extends UnregisteredMetricsGroup {
    private final String prefix;
    private final Map<String, Metric> all;

    Group(String prefix, Map<String, Metric> all) {
      this.prefix = prefix;
      this.all = all;
    }

    @Override
    public MetricGroup addGroup(String name) {
      return new Group(prefix + name + ".", all);
    }

    @Override
    public MetricGroup addGroup(String key, String value) {
      return new Group(prefix + key + "." + value + ".", all);
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
      assertThat(all.put(prefix + name, gauge)).as(name).isNull();
      return gauge;
    }

    @Override
    public <H extends Histogram> H histogram(String name, H histogram) {
      all.put(prefix + name, histogram);
      return histogram;
    }
  }

  private CheckpointableKeyedStateBackend<Long> start(
      Configuration settings, MetricGroup group, List<KeyedStateHandle> handles) throws Exception {
    MockEnvironment environment = MockEnvironment.builder().setManagedMemorySize(2 << 20).build();
    open.add(environment);
    StateBackend backend = Subject.backend(settings);
    CheckpointableKeyedStateBackend<Long> made =
        backend.createKeyedStateBackend(
            new KeyedStateBackendParametersImpl<>(
                environment,
                new JobID(),
                "operator",
                LongSerializer.INSTANCE,
                4,
                KeyGroupRange.of(0, 3),
                environment.getTaskKvStateRegistry(),
                TtlTimeProvider.DEFAULT,
                group,
                initialization::put,
                handles,
                new CloseableRegistry(),
                1.0));
    open.add(made::dispose);
    return made;
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private Number gauge(String name) {
    Gauge<?> gauge = (Gauge<?>) metrics.all.get(BackendMetrics.GROUP + "." + name);
    assertThat(gauge).as(name).isNotNull();
    return (Number) gauge.getValue();
  }

  private static void fill(CheckpointableKeyedStateBackend<Long> backend, int from, int to)
      throws Exception {
    ValueState<byte[]> state =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, VALUES);
    for (long key = from; key < to; key++) {
      backend.setCurrentKey(key);
      byte[] value = new byte[1000];
      Arrays.fill(value, (byte) key);
      state.update(value);
    }
  }

  private static void read(CheckpointableKeyedStateBackend<Long> backend, int to) throws Exception {
    ValueState<byte[]> state =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, VALUES);
    for (long key = 0; key < to; key++) {
      backend.setCurrentKey(key);
      assertThat(state.value()[7]).isEqualTo((byte) key);
    }
  }

  private static KeyedStateHandle checkpoint(CheckpointableKeyedStateBackend<Long> backend, long id)
      throws Exception {
    CheckpointStreamFactory streams = new MemCheckpointStreamFactory(64 << 20);
    var part =
        backend.snapshot(id, id, streams, CheckpointOptions.forCheckpointWithDefaultLocation());
    part.run();
    return part.get().getJobManagerOwnedSnapshot();
  }

  @Test
  void eachMetricThatIsDescribedIsRegisteredAndNoOther() throws Exception {
    start(new Configuration(), metrics, List.of());
    assertThat(metrics.all.keySet())
        .containsExactlyInAnyOrderElementsOf(
            BackendMetrics.descriptions().keySet().stream()
                .map(name -> BackendMetrics.GROUP + "." + name)
                .toList());
    metrics.all.forEach(
        (name, gauge) -> assertThat(((Gauge<?>) gauge).getValue()).as(name).isNotNull());
  }

  @Test
  void checkpointsTellWhatTheySentAndWhatTheyConsistOf() throws Exception {
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.incremental", "true");
    CheckpointableKeyedStateBackend<Long> backend = start(settings, metrics, List.of());
    SharedStateRegistryImpl registry = new SharedStateRegistryImpl();
    fill(backend, 0, 2000);
    KeyedStateHandle first = checkpoint(backend, 1);
    first.registerSharedStates(registry, 1);
    assertThat(gauge("lastCheckpointUploadedBytes")).isEqualTo(first.getCheckpointedSize());
    assertThat(gauge("lastCheckpointBytes").longValue()).isGreaterThan(2_000_000);
    ((CheckpointListener) backend).notifyCheckpointComplete(1);
    fill(backend, 0, 10);
    KeyedStateHandle second = checkpoint(backend, 2);
    assertThat(gauge("lastCheckpointUploadedBytes").longValue())
        .isEqualTo(second.getCheckpointedSize())
        .isBetween(10_000L, 200_000L);
    assertThat(gauge("lastCheckpointBytes").longValue()).isGreaterThan(2_000_000);
  }

  @Test
  void aRestoreTellsItsPhasesAndWhatIsLocal() throws Exception {
    CheckpointableKeyedStateBackend<Long> before =
        start(new Configuration(), new UnregisteredMetricsGroup(), List.of());
    fill(before, 0, 2000);
    KeyedStateHandle handle = checkpoint(before, 1);
    assertThat(initialization).as("nothing was restored").isEmpty();
    CheckpointableKeyedStateBackend<Long> backend =
        start(new Configuration(), metrics, List.of(handle));
    assertThat(initialization)
        .containsOnlyKeys(MetricNames.DOWNLOAD_STATE_DURATION, MetricNames.RESTORE_STATE_DURATION);
    assertThat(gauge("restoreFilesLocal").longValue() + gauge("restoreFilesRemote").longValue())
        .isPositive();
    read(backend, 2000);
  }

  @Test
  void aReporterNeitherFailsNorWaitsWhateverTheBackendDoes() throws Exception {
    CheckpointableKeyedStateBackend<Long> backend = start(new Configuration(), metrics, List.of());
    List<Throwable> wrong = new ArrayList<>();
    boolean[] end = new boolean[1];
    Thread reporter =
        new Thread(
            () -> {
              try {
                for (boolean last = false; !last; ) {
                  synchronized (end) {
                    last = end[0];
                  }
                  for (Metric gauge : metrics.all.values()) {
                    assertThat(((Number) ((Gauge<?>) gauge).getValue()).doubleValue())
                        .isGreaterThanOrEqualTo(0);
                  }
                }
              } catch (Throwable e) {
                wrong.add(e);
              }
            },
            "reporter");
    reporter.start();
    fill(backend, 0, 6000);
    checkpoint(backend, 1);
    read(backend, 3000);
    backend.dispose();
    synchronized (end) {
      end[0] = true;
    }
    reporter.join();
    assertThat(wrong).isEmpty();
  }

  @Test
  void aGateThatIsBusyIsNotWaitedFor() {
    StoreGate gate = new StoreGate();
    assertThat(gate.tryEnterReader()).isTrue();
    gate.exitReader();
    gate.enter();
    assertThat(gate.tryEnterReader()).isFalse();
    gate.exit();
    assertThat(gate.tryEnterReader()).isTrue();
    gate.exitReader();
    gate.enter();
    gate.exit();
  }

  @Test
  void flinkMeasuresTheLatencyAndTheSizeOfOurStates() throws Exception {
    Configuration settings = new Configuration();
    settings.set(StateLatencyTrackOptions.LATENCY_TRACK_ENABLED, true);
    settings.set(StateLatencyTrackOptions.LATENCY_TRACK_SAMPLE_INTERVAL, 2);
    settings.set(StateSizeTrackOptions.SIZE_TRACK_ENABLED, true);
    settings.set(StateSizeTrackOptions.SIZE_TRACK_SAMPLE_INTERVAL, 2);
    CheckpointableKeyedStateBackend<Long> backend = start(settings, metrics, List.of());
    fill(backend, 0, 20);
    read(backend, 20);
    backend.setCurrentKey(1L);
    var list =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            new ListStateDescriptor<>("list", Long.class));
    list.add(1L);
    list.add(2L);
    assertThat(list.get()).containsExactly(1L, 2L);
    var map =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            new MapStateDescriptor<>("map", Long.class, Long.class));
    map.put(1L, 0L);
    map.put(1L, 2L);
    assertThat(map.get(1L)).isEqualTo(2L);
    List<String> names = new ArrayList<>();
    metrics.all.forEach(
        (name, metric) -> {
          if (metric instanceof Histogram histogram && histogram.getCount() > 0) {
            names.add(name);
          }
        });
    assertThat(names.toString())
        .contains("values", "list", "map")
        .containsIgnoringCase("valueStateGetLatency")
        .containsIgnoringCase("valueStateGetValueSize")
        .containsIgnoringCase("mapStatePutLatency");
  }
}
