package io.varve.benchmarks.state.nexmark;

import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * A query's end: adds its changes up, and notes when the last of its input was done with. Emits
 * nothing. Thread: confined to the task's.
 */
final class Tally extends AbstractStreamOperator<Change>
    implements OneInputStreamOperator<Change, Change>, BoundedOneInput {

  private static final long serialVersionUID = 1;

  private static final String ROWS = "rows";
  private static final String HASH = "hash";
  private static final String END = "end";

  private long rows;
  private long hash;

  @Override
  public void processElement(StreamRecord<Change> element) {
    Change change = element.getValue();
    rows += change.rows;
    hash += change.hash;
  }

  @Override
  public void endInput() {
    getRuntimeContext().addAccumulator(ROWS, new LongCounter(rows));
    getRuntimeContext().addAccumulator(HASH, new LongCounter(hash));
    getRuntimeContext().addAccumulator(END, new LongMaximum(System.currentTimeMillis()));
  }

  /** What all subtasks' tallies of that job come to. */
  static Answer answer(JobExecutionResult result) {
    return new Answer(number(result, ROWS), number(result, HASH));
  }

  /** When the last of them ended, in milliseconds since 1970. */
  static long endMs(JobExecutionResult result) {
    return number(result, END);
  }

  private static long number(JobExecutionResult result, String name) {
    Long number = result.getAccumulatorResult(name);
    if (number == null) {
      throw new IllegalStateException("The job has no accumulator " + name);
    }
    return number;
  }
}
