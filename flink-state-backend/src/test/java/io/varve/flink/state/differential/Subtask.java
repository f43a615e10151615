package io.varve.flink.state.differential;

import java.util.Collection;
import java.util.function.Consumer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** The two backends of some key groups. */
record Subtask<K>(KeyGroupRange range, Task<K> subject, Task<K> reference, Chronicle chronicle)
    implements AutoCloseable {

  static <K> Subtask<K> start(
      Job<K> job,
      KeyGroupRange range,
      Collection<KeyedStateHandle> subjects,
      Collection<KeyedStateHandle> references)
      throws Exception {
    Consumer<CloseableRegistry> quiet = open -> {};
    Task<K> subject =
        new Task<>(job.subject(), job.keys(), job.keyGroups(), range, subjects, quiet);
    Task<K> reference =
        new Task<>(job.reference(), job.keys(), job.keyGroups(), range, references, quiet);
    return new Subtask<>(range, subject, reference, job.chronicle());
  }

  /** A state of both, at a key and a namespace. */
  @SuppressWarnings("unchecked")
  <S> Both<S> state(Declared declared, K key, Object namespace) throws Exception {
    return new Both<>(
        (S) at(subject, declared, key, namespace),
        (S) at(reference, declared, key, namespace),
        declared.name() + " of " + Chronicle.brief(key) + " at " + namespace,
        chronicle);
  }

  @SuppressWarnings("unchecked")
  static <K> Object at(Task<K> task, Declared declared, K key, Object namespace) throws Exception {
    task.backend().setCurrentKey(key);
    var state = task.state(declared);
    ((InternalKvState<K, Object, ?>) state).setCurrentNamespace(namespace);
    return state;
  }

  Both<KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>>> queue(String name) {
    return new Both<>(subject.queue(name), reference.queue(name), name, chronicle);
  }

  Both<Task<K>> tasks() {
    return new Both<>(subject, reference, "subtask " + range, chronicle);
  }

  @Override
  public void close() throws Exception {
    subject.close();
    reference.close();
  }
}
