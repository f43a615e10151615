package io.varve.flink.state;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.InternalPriorityQueue;
import org.apache.flink.runtime.state.InternalPriorityQueueTestBase;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.junit.jupiter.api.AfterEach;

/** Flink's suite of priority queues, with one that a backend keeps a job's timers in. */
class TimerQueueTest extends InternalPriorityQueueTestBase {
  private final List<AutoCloseable> open = new ArrayList<>();

  @Override
  protected InternalPriorityQueue<TestElement> newPriorityQueue(int capacity) {
    try {
      MockEnvironment environment = MockEnvironment.builder().build();
      open.add(environment);
      CheckpointableKeyedStateBackend<Long> backend =
          Subject.backend()
              .createKeyedStateBackend(
                  new KeyedStateBackendParametersImpl<>(
                      environment,
                      new JobID(),
                      "timers",
                      LongSerializer.INSTANCE,
                      KEY_GROUP_RANGE.getNumberOfKeyGroups(),
                      KEY_GROUP_RANGE,
                      environment.getTaskKvStateRegistry(),
                      TtlTimeProvider.DEFAULT,
                      new UnregisteredMetricsGroup(),
                      (name, value) -> {},
                      List.of(),
                      new CloseableRegistry(),
                      1.0));
      open.add(backend);
      open.add(backend::dispose);
      return backend.create("timers", TestElementSerializer.INSTANCE);
    } catch (Exception e) {
      throw new IllegalStateException("The backend of a queue does not open", e);
    }
  }

  @Override
  protected boolean testSetSemanticsAgainstDuplicateElements() {
    return true;
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }
}
