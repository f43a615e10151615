package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.RichSourceFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A job whose local disk is full after its first checkpoint: its task fails, and when there is room
 * again it goes on from that checkpoint, with each element counted once.
 */
class FullDiskJobTest {
  private static final int KEYS = 4000;
  private static final String PADDING = "padding ".repeat(120);

  @RegisterExtension static final MiniClusterExtension CLUSTER = new MiniClusterExtension();

  private static final AtomicInteger STARTS = new AtomicInteger();
  private static final AtomicLong EMITTED = new AtomicLong();
  private static final Map<Long, Long> COUNTS = new ConcurrentHashMap<>();

  /** Emits numbers until the job has been restarted, and some more. */
  @SuppressWarnings("deprecation")
  private static final class Numbers extends RichSourceFunction<Long>
      implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;
    private static final long MORE = 20_000;
    private volatile boolean running = true;
    private transient ListState<Long> state;
    private long next;

    @Override
    public void run(SourceContext<Long> context) {
      long more = MORE;
      while (running && more > 0) {
        synchronized (context.getCheckpointLock()) {
          context.collect(next++);
          more -= STARTS.get() > 1 ? 1 : 0;
        }
      }
      if (running) {
        EMITTED.set(next);
      }
    }

    @Override
    public void cancel() {
      running = false;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      state.update(List.of(next));
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      state =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("next", Long.class));
      if (context.isRestored()) {
        BrokenDiskBackendFactory.DISK.mend();
      }
      for (long restored : state.get()) {
        next = restored;
      }
    }
  }

  private static final class Counting extends KeyedProcessFunction<Long, Long, Long>
      implements CheckpointListener {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Tuple2<Long, String>> state;

    @Override
    @SuppressWarnings("unchecked")
    public void open(OpenContext context) {
      STARTS.incrementAndGet();
      state =
          getRuntimeContext()
              .getState(new ValueStateDescriptor<>("count", Types.TUPLE(Types.LONG, Types.STRING)));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      Tuple2<Long, String> before = state.value();
      long count = before == null ? 1 : before.f0 + 1;
      assertThat(before == null || before.f1.equals(PADDING)).isTrue();
      state.update(Tuple2.of(count, PADDING));
      COUNTS.put(context.getCurrentKey(), count);
    }

    @Override
    public void notifyCheckpointComplete(long id) {
      if (STARTS.get() == 1) {
        BrokenDiskBackendFactory.DISK.failFrom(1);
      }
    }
  }

  @Test
  void aJobWhoseLocalDiskWasFullGoesOnFromItsLastCheckpoint() throws Exception {
    Configuration settings = new Configuration();
    settings.set(StateBackendOptions.STATE_BACKEND, BrokenDiskBackendFactory.class.getName());
    settings.setString(BackendSettings.MEMORY_FIXED_PER_SLOT.key(), "1 mb");
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1000);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment job = StreamExecutionEnvironment.getExecutionEnvironment(settings);
    job.setParallelism(1);
    job.addSource(new Numbers())
        .keyBy(number -> number % KEYS)
        .process(new Counting())
        .sinkTo(new DiscardingSink<>());
    job.execute();

    assertThat(STARTS).as("starts of the task").hasValueGreaterThan(1);
    assertThat(BrokenDiskBackendFactory.DISK.hasFailed()).isTrue();
    assertThat(COUNTS.values().stream().mapToLong(count -> count).sum()).isEqualTo(EMITTED.get());
  }
}
