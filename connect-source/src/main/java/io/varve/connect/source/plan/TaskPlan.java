package io.varve.connect.source.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Splits partitions over tasks so that each has about as much to read: the heaviest first, each to
 * the task with the least so far (Graham's longest-processing-time rule, within a third of the
 * optimum).
 */
public final class TaskPlan {

  /**
   * A partition and how much there is to read of it.
   *
   * @param bytes 0 or more
   */
  public record Weighed(PartitionGenerations partition, long bytes) {}

  private static final class Load {
    final int task;
    final List<PartitionGenerations> partitions = new ArrayList<>();
    double bytes;

    Load(int task) {
      this.task = task;
    }
  }

  private static final Comparator<PartitionGenerations> BY_NAME =
      Comparator.comparing(PartitionGenerations::stream)
          .thenComparingInt(PartitionGenerations::partition);

  private TaskPlan() {}

  /**
   * What each task replays: one list a task, at least one list and at most {@code tasksMax}. Lists
   * are empty only if there is no partition at all.
   */
  public static List<List<PartitionGenerations>> split(List<Weighed> partitions, int tasksMax) {
    int tasks = Math.max(1, Math.min(tasksMax, partitions.size()));
    PriorityQueue<Load> byLoad =
        new PriorityQueue<>(
            Comparator.comparingDouble((Load load) -> load.bytes)
                .thenComparingInt(load -> load.partitions.size())
                .thenComparingInt(load -> load.task));
    List<Load> loads = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      loads.add(new Load(task));
    }
    byLoad.addAll(loads);
    partitions.stream()
        .sorted(
            Comparator.comparingLong(Weighed::bytes)
                .reversed()
                .thenComparing(Weighed::partition, BY_NAME))
        .forEach(
            weighed -> {
              Load least = byLoad.remove();
              least.partitions.add(weighed.partition());
              // Each costs something, also when it is empty.
              least.bytes += weighed.bytes() + 1;
              byLoad.add(least);
            });
    return loads.stream().map(load -> load.partitions.stream().sorted(BY_NAME).toList()).toList();
  }
}
