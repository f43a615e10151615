package io.varve.flink.state.differential;

import org.apache.flink.api.common.state.ValueState;

/** What is done to values, of any size and of a fixed one. */
final class Values {

  private Values() {}

  static void read(Job<?> job, Both<ValueState<?>> value) throws Exception {
    value.same("value()", ValueState::value);
  }

  static void writeText(Job<?> job, Both<ValueState<String>> value) throws Exception {
    String text = job.dice().oneIn(20) ? null : job.dice().text();
    value.act("update " + text, state -> state.update(text));
  }

  static void lengthen(Job<?> job, Both<ValueState<String>> value) throws Exception {
    String more = job.dice().text();
    value.same(
        "lengthen by " + more,
        state -> {
          String old = state.value();
          String next = old == null || old.length() > 100_000 ? more : old + more;
          state.update(next);
          return next;
        });
  }

  static void writeNumber(Job<?> job, Both<ValueState<Long>> value) throws Exception {
    long number = job.dice().number();
    value.act("update " + number, state -> state.update(number));
  }

  static void count(Job<?> job, Both<ValueState<Long>> value) throws Exception {
    value.same(
        "count",
        state -> {
          Long old = state.value();
          long next = old == null ? 1 : old + 1;
          state.update(next);
          return next;
        });
  }

  static void clear(Job<?> job, Both<ValueState<?>> value) throws Exception {
    value.act("clear", ValueState::clear);
  }
}
