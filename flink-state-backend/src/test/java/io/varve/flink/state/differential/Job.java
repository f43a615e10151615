package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateHandle;

/** What a history is of: subtasks, the states and timers that they have, and checkpoints. */
final class Job<K> {
  private static final int STATES_MAX = 18;

  private final Dice dice;
  private final Keys<K> keys;
  private final int keyGroups;
  private final Clock clock;
  private final Side subject;
  private final Side reference;
  private final Chronicle chronicle;
  private final Flaw flaw;
  private final Checkpoints checkpoints;
  private final List<Declared> declared = new ArrayList<>();
  private List<Subtask<K>> subtasks = new ArrayList<>();

  Job(
      Dice dice,
      Keys<K> keys,
      int keyGroups,
      Clock clock,
      Side subject,
      Side reference,
      Chronicle chronicle,
      Flaw flaw) {
    this.dice = dice;
    this.keys = keys;
    this.keyGroups = keyGroups;
    this.clock = clock;
    this.subject = subject;
    this.reference = reference;
    this.chronicle = chronicle;
    this.flaw = flaw;
    this.checkpoints = new Checkpoints(subject, reference, dice, chronicle);
  }

  /** With one state of each kind, and no contents. */
  void open() throws Exception {
    for (int i = 0; i < Kind.values().length; i++) {
      declare();
    }
    subtasks = start(1 + dice.below(Math.min(2, keyGroups)), List.of(), List.of());
  }

  void declare() {
    if (declared.size() < STATES_MAX) {
      declared.add(Declared.any(declared.size(), dice));
      chronicle.note("declare " + declared.get(declared.size() - 1));
    }
  }

  void advance() {
    int ms = dice.below(30);
    chronicle.note("advance the clock by " + ms);
    clock.advance(ms);
  }

  Dice dice() {
    return dice;
  }

  Keys<K> keys() {
    return keys;
  }

  int keyGroups() {
    return keyGroups;
  }

  Side subject() {
    return subject;
  }

  Side reference() {
    return reference;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  Checkpoints checkpoints() {
    return checkpoints;
  }

  List<Declared> declared() {
    return declared;
  }

  List<Subtask<K>> subtasks() {
    return subtasks;
  }

  Declared any(Kind kind) {
    return dice.of(declared.stream().filter(state -> state.kind() == kind).toList());
  }

  Subtask<K> subtaskOf(K key) {
    int group = KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups);
    return subtasks.stream()
        .filter(subtask -> subtask.range().contains(group))
        .findFirst()
        .orElseThrow();
  }

  /** A state of a kind, wherever. */
  <S> Both<S> anyState(Kind kind) throws Exception {
    Declared state = any(kind);
    K key = keys.key(dice);
    return subtaskOf(key).state(state, key, state.namespace(dice));
  }

  /** Goes on from {@code checkpoint} with so many subtasks; everything since is forgotten. */
  void restore(Checkpoint checkpoint, int parallelism) throws Exception {
    chronicle.note("restore " + checkpoint.id() + " with " + parallelism);
    checkpoints.restore(checkpoint);
    closeSubtasks();
    subtasks = start(parallelism, flaw.restored(checkpoint.subject()), checkpoint.reference());
  }

  int anyParallelism() {
    return Math.min(keyGroups, 1 + dice.below(3));
  }

  KeyGroupRange range(int parallelism, int number) {
    return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
        keyGroups, parallelism, number);
  }

  private List<Subtask<K>> start(
      int parallelism, List<KeyedStateHandle> subjects, List<KeyedStateHandle> references)
      throws Exception {
    List<Subtask<K>> started = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      KeyGroupRange range = range(parallelism, i);
      started.add(
          Subtask.start(
              this,
              range,
              Checkpoint.within(subjects, range),
              Checkpoint.within(references, range)));
    }
    return started;
  }

  /** Both keep nothing of what was given up. */
  void close() throws Exception {
    checkpoints.forgetPending();
    closeSubtasks();
    checkpoints.close();
  }

  private void closeSubtasks() throws Exception {
    List<Subtask<K>> closing = subtasks;
    subtasks = new ArrayList<>();
    for (Subtask<K> subtask : closing) {
      subtask.close();
    }
  }
}
