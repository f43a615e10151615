package io.varve.flink.state.differential;

import java.util.Arrays;
import java.util.Collections;

/** Everything that can happen in a {@link Job}, and how often random histories have it. */
enum Step {
  READ_TEXT(60, on(Kind.TEXT, Values::read)),
  WRITE_TEXT(80, on(Kind.TEXT, Values::writeText)),
  LENGTHEN_TEXT(20, on(Kind.TEXT, Values::lengthen)),
  CLEAR_TEXT(10, on(Kind.TEXT, Values::clear)),
  READ_NUMBER(20, on(Kind.NUMBER, Values::read)),
  WRITE_NUMBER(40, on(Kind.NUMBER, Values::writeNumber)),
  COUNT(40, on(Kind.NUMBER, Values::count)),
  CLEAR_NUMBER(10, on(Kind.NUMBER, Values::clear)),
  READ_LIST(30, on(Kind.LIST, Lists::read)),
  ADD_TO_LIST(80, on(Kind.LIST, Lists::add)),
  ADD_ALL_TO_LIST(15, on(Kind.LIST, Lists::addAll)),
  UPDATE_LIST(15, on(Kind.LIST, Lists::update)),
  CLEAR_LIST(20, on(Kind.LIST, Lists::clear)),
  GET_OF_MAP(50, on(Kind.MAP, Maps::get)),
  CONTAINS_OF_MAP(20, on(Kind.MAP, Maps::contains)),
  PUT_TO_MAP(100, on(Kind.MAP, Maps::put)),
  PUT_ALL_TO_MAP(10, on(Kind.MAP, Maps::putAll)),
  REMOVE_OF_MAP(30, on(Kind.MAP, Maps::remove)),
  ENTRIES_OF_MAP(10, on(Kind.MAP, Maps::entries)),
  KEYS_OF_MAP(6, on(Kind.MAP, Maps::keys)),
  VALUES_OF_MAP(6, on(Kind.MAP, Maps::values)),
  IS_EMPTY_MAP(8, on(Kind.MAP, Maps::isEmpty)),
  CHANGE_MAP_ON_THE_WAY(10, on(Kind.MAP, Maps::changeOnTheWay)),
  REMOVE_BY_KEYS_OF_MAP(6, on(Kind.MAP, Maps::removeByKeys)),
  CLEAR_MAP(10, on(Kind.MAP, Maps::clear)),
  READ_REDUCED(15, on(Kind.REDUCING, Folds::readReduced)),
  REDUCE(50, on(Kind.REDUCING, Folds::reduce)),
  CLEAR_REDUCED(15, on(Kind.REDUCING, Folds::clearReduced)),
  READ_AGGREGATE(15, on(Kind.AGGREGATING, Folds::readAggregate)),
  AGGREGATE(50, on(Kind.AGGREGATING, Folds::aggregate)),
  CLEAR_AGGREGATE(15, on(Kind.AGGREGATING, Folds::clearAggregate)),
  MERGE_WINDOWS(25, Folds::merge),
  ADD_TIMER(80, Timers::add),
  ADD_TIMERS(8, Timers::addAll),
  REMOVE_TIMER(30, Timers::remove),
  POLL_TIMERS(15, Timers::poll),
  COMPARE_TIMERS_OF_GROUP(4, Timers::compareGroup),
  ADVANCE_CLOCK(60, Job::advance),
  LIST_KEYS(1, Contents::keys),
  APPLY_TO_ALL_KEYS(1, Contents::applyToAllKeys),
  COMPARE_STATE(1, Contents::compare),
  DECLARE_STATE(1, Job::declare),
  TAKE_CHECKPOINT(5, take(Checkpoint.Type.CHECKPOINT)),
  TAKE_FULL_CHECKPOINT(1, take(Checkpoint.Type.FULL_CHECKPOINT)),
  TAKE_NATIVE_SAVEPOINT(1, take(Checkpoint.Type.NATIVE_SAVEPOINT)),
  TAKE_CANONICAL_SAVEPOINT(1, take(Checkpoint.Type.CANONICAL_SAVEPOINT)),
  START_CHECKPOINT(4, job -> job.checkpoints().start()),
  FINISH_CHECKPOINT(2, job -> job.checkpoints().finish()),
  CONFIRM_CHECKPOINT(4, job -> job.checkpoints().confirm(job.subtasks())),
  ABORT_CHECKPOINT(1, job -> job.checkpoints().abort(job.subtasks())),
  FAIL_CHECKPOINT(1, Trouble::failCheckpoint),
  CANCEL_CHECKPOINT(1, Trouble::cancelCheckpoint),
  FAIL_RESTORE(1, Trouble::failRestore),
  CANCEL_RESTORE(1, Trouble::cancelRestore),
  RESTORE(1, Recovery::restore),
  RESCALE(1, Recovery::rescale),
  SWAP_SAVEPOINTS(1, Recovery::swap);

  /** What a step does. */
  interface Action {
    void on(Job<?> job) throws Exception;
  }

  /** What a step does with a state of a kind. */
  interface StateAction<S> {
    void on(Job<?> job, Both<S> state) throws Exception;
  }

  private static final Step[] LOTS =
      Arrays.stream(values())
          .flatMap(step -> Collections.nCopies(step.weight, step).stream())
          .toArray(Step[]::new);

  private final int weight;
  private final Action action;

  Step(int weight, Action action) {
    this.weight = weight;
    this.action = action;
  }

  static Step any(Dice dice) {
    return LOTS[dice.below(LOTS.length)];
  }

  void on(Job<?> job) throws Exception {
    action.on(job);
  }

  private static <S> Action on(Kind kind, StateAction<S> action) {
    return job -> action.on(job, job.anyState(kind));
  }

  private static Action take(Checkpoint.Type type) {
    return job -> job.checkpoints().take(job.subtasks(), type);
  }
}
