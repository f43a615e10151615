package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.flink.state.BackendSettings.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Timers of an operator outlive it in each kind of snapshot, wherever they are kept. */
class TimersOfJobsTest {
  private static final long KEYS = 100;

  record Case(Timers before, Timers after, SnapshotType snapshot) {}

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (SnapshotType snapshot :
        List.of(
            CheckpointType.CHECKPOINT,
            CheckpointType.FULL_CHECKPOINT,
            SavepointType.savepoint(SavepointFormatType.NATIVE),
            SavepointType.savepoint(SavepointFormatType.CANONICAL))) {
      for (Timers before : Timers.values()) {
        cases.add(new Case(before, before, snapshot));
      }
      cases.add(new Case(Timers.VARVE, Timers.HEAP, snapshot));
    }
    return cases;
  }

  private static final class Later extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Long key, Context context, Collector<Long> out) {
      context.timerService().registerEventTimeTimer(1000 + key);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Long> out) {
      out.collect(context.getCurrentKey());
    }
  }

  private static KeyedOneInputStreamOperatorTestHarness<Long, Long, Long> operator(Timers timers)
      throws Exception {
    Configuration settings = new Configuration();
    settings.set(BackendSettings.TIMERS, timers);
    KeyedOneInputStreamOperatorTestHarness<Long, Long, Long> operator =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new Later()), key -> key, Types.LONG);
    operator.setStateBackend(Subject.backend(settings));
    return operator;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void timersFireAfterARestore(Case of) throws Exception {
    OperatorSubtaskState state;
    try (var operator = operator(of.before)) {
      operator.open();
      for (long key = 0; key < KEYS; key++) {
        operator.processElement(new StreamRecord<>(key, 1));
      }
      state = operator.snapshotWithLocalState(1, 1, of.snapshot).getJobManagerOwnedState();
      assertThat(operator.extractOutputValues()).isEmpty();
    }
    try (var operator = operator(of.after)) {
      operator.initializeState(state);
      operator.open();
      operator.processWatermark(2000);
      assertThat(operator.extractOutputValues())
          .containsExactlyElementsOf(LongStream.range(0, KEYS).boxed().toList());
    }
  }
}
