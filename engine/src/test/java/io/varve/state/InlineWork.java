package io.varve.state;

import io.varve.work.Work;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Background work that is done at once, so that whatever happens happens again next time. */
final class InlineWork implements Work {

  @Override
  public Executor strand() {
    ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    return task -> {
      tasks.add(task);
      if (tasks.size() > 1) {
        return; // one of them is running
      }
      while (!tasks.isEmpty()) {
        tasks.peek().run();
        tasks.remove();
      }
    };
  }

  @Override
  public Repeating every(long intervalMs, Runnable task) {
    throw new UnsupportedOperationException("A state store repeats nothing by the clock");
  }

  @Override
  public void close() {
    // Nothing runs.
  }
}
