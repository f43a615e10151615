package org.apache.flink.test.state;

import io.varve.flink.state.BackendSettings;
import io.varve.flink.state.BackendSettings.Timers;
import io.varve.flink.state.Subject;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.test.state.BackendSwitchSpecs.BackendSwitchSpec;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameters;

/** Flink's suite of canonical savepoints, from the subject to each backend and back. */
class SavepointSwitchTest extends SavepointStateBackendSwitchTestBase {

  SavepointSwitchTest(BackendSwitchSpec from, BackendSwitchSpec to) {
    super(from, to);
  }

  @Parameters(name = "from {0} to {1}")
  public static Collection<BackendSwitchSpec[]> pairs() {
    BackendSwitchSpec subject = new SubjectSpec(Timers.VARVE);
    BackendSwitchSpec timersOnHeap = new SubjectSpec(Timers.HEAP);
    List<BackendSwitchSpec> others =
        List.of(
            BackendSwitchSpecs.HEAP,
            BackendSwitchSpecs.ROCKS,
            BackendSwitchSpecs.ROCKS_HEAP_TIMERS,
            timersOnHeap);
    return Stream.concat(
            others.stream()
                .flatMap(
                    other ->
                        Stream.of(
                            new BackendSwitchSpec[] {subject, other},
                            new BackendSwitchSpec[] {other, subject})),
            Stream.of(
                new BackendSwitchSpec[] {subject, subject},
                new BackendSwitchSpec[] {timersOnHeap, timersOnHeap},
                new BackendSwitchSpec[] {timersOnHeap, BackendSwitchSpecs.HEAP},
                new BackendSwitchSpec[] {BackendSwitchSpecs.ROCKS_HEAP_TIMERS, timersOnHeap}))
        .toList();
  }

  private record SubjectSpec(Timers timers) implements BackendSwitchSpec {
    @Override
    public CheckpointableKeyedStateBackend<String> createBackend(
        KeyGroupRange range, int keyGroups, Collection<KeyedStateHandle> handles) throws Exception {
      MockEnvironment environment = MockEnvironment.builder().build();
      Configuration settings = new Configuration();
      settings.set(BackendSettings.TIMERS, timers);
      return Subject.backend(settings)
          .createKeyedStateBackend(
              new KeyedStateBackendParametersImpl<>(
                  environment,
                  new JobID(),
                  "switch",
                  StringSerializer.INSTANCE,
                  keyGroups,
                  range,
                  environment.getTaskKvStateRegistry(),
                  TtlTimeProvider.DEFAULT,
                  new UnregisteredMetricsGroup(),
                  (name, value) -> {},
                  handles,
                  new CloseableRegistry(),
                  1.0));
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      return "SUBJECT with timers in " + timers;
    }
  }
}
