package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.State;
import org.apache.flink.runtime.state.internal.InternalMergingState;

/** What is done to states that fold what is added, and to all that merge. */
final class Folds {

  private Folds() {}

  static void readReduced(Job<?> job, Both<ReducingState<String>> state) throws Exception {
    state.same("get()", Kind.REDUCING::contents);
  }

  static void reduce(Job<?> job, Both<ReducingState<String>> state) throws Exception {
    String text = job.dice().text();
    state.act("add " + text, it -> it.add(text));
  }

  static void clearReduced(Job<?> job, Both<ReducingState<String>> state) throws Exception {
    state.act("clear", ReducingState::clear);
  }

  static void readAggregate(Job<?> job, Both<AggregatingState<Long, String>> state)
      throws Exception {
    state.same("get()", Kind.AGGREGATING::contents);
  }

  static void aggregate(Job<?> job, Both<AggregatingState<Long, String>> state) throws Exception {
    long number = job.dice().number();
    state.act("add " + number, it -> it.add(number));
  }

  static void clearAggregate(Job<?> job, Both<AggregatingState<Long, String>> state)
      throws Exception {
    state.act("clear", AggregatingState::clear);
  }

  /**
   * Moves what some windows have into another, as session windows do. All are read first, so that
   * none has what expired: two of those merge into a null that no backend stores alike.
   */
  static <K> void merge(Job<K> job) throws Exception {
    Dice dice = job.dice();
    Declared declared =
        dice.of(job.declared().stream().filter(state -> state.kind().merges()).toList());
    K key = job.keys().key(dice);
    List<Object> windows = new ArrayList<>(declared.namespaces());
    Object target = windows.remove(dice.below(windows.size()));
    while (windows.size() > 3 || (windows.size() > 1 && dice.oneIn(2))) {
      windows.remove(dice.below(windows.size()));
    }
    Subtask<K> subtask = job.subtaskOf(key);
    for (Object window : declared.namespaces()) {
      subtask
          .state(declared, key, window)
          .same("read", state -> declared.kind().contents(open(state)));
    }
    Both<InternalMergingState<K, Object, ?, ?, ?>> merging = subtask.state(declared, key, target);
    merging.act("merge " + windows, state -> state.mergeNamespaces(target, windows));
    subtask
        .state(declared, key, target)
        .same("read", state -> declared.kind().contents(open(state)));
  }

  private static State open(Object state) {
    return (State) state;
  }
}
