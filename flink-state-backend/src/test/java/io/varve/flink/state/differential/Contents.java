package io.varve.flink.state.differential;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyedStateFunction;

/** Compares the contents of states: what keys there are, and what each has. */
final class Contents {

  private Contents() {}

  /** All of one state of one subtask's. */
  static <K> void compare(Job<K> job) throws Exception {
    compare(job.dice().of(job.subtasks()), job.dice().of(job.declared()));
  }

  /** All of all states and timers. */
  static <K> void compareAll(Job<K> job) throws Exception {
    for (Subtask<K> subtask : job.subtasks()) {
      for (Declared declared : job.declared()) {
        compare(subtask, declared);
      }
      Timers.compareAll(subtask, job.subject());
    }
  }

  private static <K> void compare(Subtask<K> subtask, Declared declared) throws Exception {
    Both<Task<K>> tasks = subtask.tasks();
    Map<Tuple2<K, Object>, Long> subjects = places(subtask.subject(), declared);
    Map<Tuple2<K, Object>, Long> references = places(subtask.reference(), declared);
    Set<Tuple2<K, Object>> places = new LinkedHashSet<>(references.keySet());
    places.addAll(subjects.keySet());
    for (Tuple2<K, Object> place : places) {
      Both<State> state = subtask.state(declared, place.f0, place.f1);
      Object contents = declared.kind().contents(state.subject());
      tasks.chronicle().same(contents, declared.kind().contents(state.reference()), state.name());
      // A place that has nothing may be known still: of an emptied map, or of what has expired.
      boolean known = contents != null || !(declared.expires() || declared.kind() == Kind.MAP);
      if (known) {
        String listed = declared.name() + " lists " + Chronicle.brief(place) + " so often";
        tasks.chronicle().same(subjects.get(place), references.get(place), listed);
      }
    }
  }

  /** Keys and namespaces, and how often each is listed. */
  private static <K> Map<Tuple2<K, Object>, Long> places(Task<K> task, Declared declared)
      throws Exception {
    task.state(declared);
    try (Stream<Tuple2<K, Object>> listed =
        task.backend().<Object>getKeysAndNamespaces(declared.name())) {
      return listed
          .map(place -> Tuple2.of(place.f0, place.f1))
          .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
  }

  /** The keys of one namespace, but for those that have nothing there. */
  static <K> void keys(Job<K> job) throws Exception {
    Subtask<K> subtask = job.dice().of(job.subtasks());
    Declared declared = job.dice().of(job.declared());
    Object namespace = declared.namespace(job.dice());
    subtask
        .tasks()
        .same(
            "getKeys of " + declared.name() + " at " + namespace,
            task -> {
              task.state(declared);
              List<K> all;
              try (Stream<K> listed = task.backend().getKeys(declared.name(), namespace)) {
                all = listed.toList();
              }
              Map<K, Integer> having = new HashMap<>();
              for (K key : all) {
                State state = (State) Subtask.at(task, declared, key, namespace);
                if (declared.kind().contents(state) != null) {
                  having.merge(key, 1, Integer::sum);
                }
              }
              return having;
            });
  }

  /** Reads and changes a state at each of a namespace's keys. */
  static <K> void applyToAllKeys(Job<K> job) throws Exception {
    Subtask<K> subtask = job.dice().of(job.subtasks());
    Declared declared = job.dice().of(job.declared());
    Object namespace = declared.namespace(job.dice());
    int salt = job.dice().below(100);
    subtask
        .tasks()
        .same(
            "applyToAllKeys of " + declared.name() + " at " + namespace + " by " + salt,
            task -> {
              Map<K, Object> seen = new HashMap<>();
              task.state(declared);
              apply(
                  task,
                  declared,
                  namespace,
                  (key, state) -> {
                    Object contents = declared.kind().contents(state);
                    if (contents != null) {
                      seen.put(key, contents);
                      if (Math.floorMod(key.hashCode() + salt, 10) == 0) {
                        state.clear();
                      }
                    }
                  });
              return seen;
            });
  }

  @SuppressWarnings("unchecked")
  private static <K, T> void apply(
      Task<K> task, Declared declared, Object namespace, KeyedStateFunction<K, State> function)
      throws Exception {
    task.backend()
        .applyToAllKeys(
            namespace,
            declared.namespaceSerializer(),
            (StateDescriptor<State, T>) declared.descriptor(),
            function);
  }
}
