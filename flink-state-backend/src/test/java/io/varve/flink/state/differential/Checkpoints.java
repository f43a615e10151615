package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.CheckpointListener;

/**
 * A job's checkpoints, as its coordinator has them: several may be pending; one that is confirmed
 * aborts the pending ones before it and ends the oldest confirmed ones, a savepoint does neither.
 */
final class Checkpoints {
  private static final int PENDING_MAX = 4;

  /**
   * A checkpoint that is not confirmed.
   *
   * @param base the newest confirmed one when it was taken, of whose files it may be
   */
  private record Taken(
      long id, Checkpoint.Type type, long base, Pending subject, Pending reference) {}

  private final Side subject;
  private final Side reference;
  private final Dice dice;
  private final Chronicle chronicle;
  private final List<Taken> pending = new ArrayList<>();
  private final List<Checkpoint> confirmed = new ArrayList<>();
  private final List<Checkpoint> savepoints = new ArrayList<>();
  private long lastId;

  /** What backends build on that have taken none yet since they were restored, or confirmed. */
  private long base;

  /** A savepoint that the job began from is not its own: all is written anew once. */
  private Checkpoint foreign;

  Checkpoints(Side subject, Side reference, Dice dice, Chronicle chronicle) {
    this.subject = subject;
    this.reference = reference;
    this.dice = dice;
    this.chronicle = chronicle;
  }

  long nextId() {
    return ++lastId;
  }

  /** Begins one of all subtasks; nothing when enough are pending. */
  void take(List<? extends Subtask<?>> subtasks, Checkpoint.Type type) throws Exception {
    if (pending.size() == PENDING_MAX) {
      return;
    }
    boolean anew = foreign != null && type == Checkpoint.Type.CHECKPOINT;
    pending.add(taken(subtasks, anew ? Checkpoint.Type.FULL_CHECKPOINT : type));
  }

  private Taken taken(List<? extends Subtask<?>> subtasks, Checkpoint.Type type) throws Exception {
    long id = nextId();
    chronicle.note("take " + type + " " + id);
    Taken taken =
        new Taken(id, type, base, new Pending(subject, id, type), new Pending(reference, id, type));
    for (Subtask<?> subtask : subtasks) {
      taken.subject.take(subtask.subject());
      taken.reference.take(subtask.reference());
    }
    return taken;
  }

  /** One that no backend is told of again. */
  Checkpoint takeNow(List<? extends Subtask<?>> subtasks, Checkpoint.Type type) throws Exception {
    return finish(taken(subtasks, type));
  }

  /** Has one be written while the job goes on. */
  void start() {
    if (!pending.isEmpty()) {
      Taken taken = dice.of(pending);
      chronicle.note("start " + taken.id);
      taken.subject.start();
    }
  }

  /** Has one be written to its end, without confirming it. */
  void finish() throws Exception {
    if (!pending.isEmpty()) {
      finish(dice.of(pending));
    }
  }

  private Checkpoint finish(Taken taken) throws Exception {
    chronicle.note("finish " + taken.id);
    return new Checkpoint(taken.id, taken.type, taken.subject.finish(), taken.reference.finish());
  }

  void confirm(List<? extends Subtask<?>> subtasks) throws Exception {
    if (pending.isEmpty()) {
      return;
    }
    Taken taken = dice.of(pending);
    Checkpoint checkpoint = finish(taken);
    chronicle.note("confirm " + taken.id);
    pending.remove(taken);
    (checkpoint.savepoint() ? savepoints : confirmed).add(checkpoint);
    if (!checkpoint.savepoint()) {
      for (Taken before : List.copyOf(pending)) {
        if (before.id < taken.id && !before.type.snapshot().isSavepoint()) {
          abort(before, subtasks);
        }
      }
    }
    tell(subtasks, listener -> listener.notifyCheckpointComplete(taken.id));
    if (!checkpoint.savepoint()) {
      base = taken.id;
      foreign = null;
      endOld();
    }
    if (savepoints.size() > 2 && !savepoints.get(0).equals(foreign)) {
      savepoints.remove(0).discard();
    }
  }

  void abort(List<? extends Subtask<?>> subtasks) throws Exception {
    if (!pending.isEmpty()) {
      abort(dice.of(pending), subtasks);
    }
  }

  private void abort(Taken taken, List<? extends Subtask<?>> subtasks) throws Exception {
    chronicle.note("abort " + taken.id);
    pending.remove(taken);
    taken.subject.cancel();
    taken.reference.cancel();
    tell(subtasks, listener -> listener.notifyCheckpointAborted(taken.id));
  }

  /** Keeps one to three, and those that pending ones build on. */
  private void endOld() throws Exception {
    int kept = 1 + dice.below(3);
    long needed = pending.stream().mapToLong(Taken::base).min().orElse(base);
    while (confirmed.size() > kept && confirmed.get(0).id() < needed) {
      confirmed.remove(0).discard();
    }
    unregister(Math.min(needed, confirmed.get(0).id()));
  }

  private void unregister(long below) {
    subject.registry().unregisterUnusedState(below);
    reference.registry().unregisterUnusedState(below);
  }

  /** The newest or an earlier one, or a savepoint; null when there is none. */
  Checkpoint any() {
    List<Checkpoint> all = new ArrayList<>(savepoints);
    all.addAll(confirmed);
    if (all.isEmpty()) {
      return null;
    }
    return !confirmed.isEmpty() && dice.oneIn(2)
        ? confirmed.get(confirmed.size() - 1)
        : dice.of(all);
  }

  /** Has the job go on from {@code checkpoint}; aborts the pending ones, and tells no backend. */
  void restore(Checkpoint checkpoint) throws Exception {
    forgetPending();
    base = checkpoint.savepoint() ? Long.MAX_VALUE : checkpoint.id();
    foreign = checkpoint.savepoint() ? checkpoint : null;
  }

  void forgetPending() throws Exception {
    for (Taken taken : pending) {
      chronicle.note("forget " + taken.id);
      taken.subject.cancel();
      taken.reference.cancel();
    }
    pending.clear();
  }

  /** Leaves none that is being written. */
  void settle() throws Exception {
    for (Taken taken : pending) {
      finish(taken);
    }
  }

  /** Nothing of any checkpoint is left then. */
  void close() throws Exception {
    for (Checkpoint checkpoint : confirmed) {
      checkpoint.discard();
    }
    for (Checkpoint savepoint : savepoints) {
      savepoint.discard();
    }
    unregister(Long.MAX_VALUE);
    boolean leaves = subject.excuses().contains(Excuse.LEAVES_STREAMS_OF_FAILED_CHECKPOINTS);
    subject.vault().settle(leaves ? subject.vault().open() : 0, 0, "the end");
  }

  private interface Telling {
    void tell(CheckpointListener listener) throws Exception;
  }

  private static void tell(List<? extends Subtask<?>> subtasks, Telling telling) throws Exception {
    for (Subtask<?> subtask : subtasks) {
      telling.tell(subtask.subject().listener());
      telling.tell(subtask.reference().listener());
    }
  }
}
