package io.varve.testkit;

import io.varve.work.Work;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Background work that is done one task at a time, when told to; which strand goes next is drawn
 * from a seed. A task that meets its process's death ends there, like all its successors. One that
 * is run while another goes on is of another strand.
 */
public final class ManualWork implements Work {

  private final Random random;
  private final List<ArrayDeque<Runnable>> strands = new ArrayList<>();
  private final Set<ArrayDeque<Runnable>> running =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Runnable> repeating = new ArrayList<>();

  public ManualWork(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public Executor strand() {
    ArrayDeque<Runnable> queue = new ArrayDeque<>();
    strands.add(queue);
    return queue::add;
  }

  @Override
  public Repeating every(long intervalMs, Runnable task) {
    repeating.add(task);
    return () -> repeating.remove(task);
  }

  /** Runs one waiting task. Returns whether there was one. */
  public boolean runOne() {
    List<ArrayDeque<Runnable>> ready =
        strands.stream().filter(queue -> !queue.isEmpty() && !running.contains(queue)).toList();
    if (ready.isEmpty()) {
      return false;
    }
    ArrayDeque<Runnable> strand = ready.get(random.nextInt(ready.size()));
    running.add(strand);
    try {
      strand.remove().run();
    } catch (ProcessDied e) {
      // Whatever it would have done, it does no more.
    } finally {
      running.remove(strand);
    }
    return true;
  }

  /** Runs tasks until none waits. */
  public void runAll() {
    boolean more = true;
    while (more) {
      more = runOne();
    }
  }

  /** Lets an interval of all repeating tasks pass. */
  public void tick() {
    List.copyOf(repeating).forEach(Runnable::run);
  }

  @Override
  public void close() {
    runAll();
  }
}
