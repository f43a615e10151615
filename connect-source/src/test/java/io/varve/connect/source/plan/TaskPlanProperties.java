package io.varve.connect.source.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.source.plan.TaskPlan.Weighed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class TaskPlanProperties {

  private static List<Weighed> weighed(List<Long> bytes) {
    List<Weighed> weighed = new ArrayList<>();
    for (int i = 0; i < bytes.size(); i++) {
      weighed.add(new Weighed(partition(i), bytes.get(i)));
    }
    return weighed;
  }

  private static PartitionGenerations partition(int number) {
    return new PartitionGenerations("s" + number % 3, number, List.of(1));
  }

  @Property(tries = 300)
  void everyPartitionIsInOneTaskAndThereAreNotTooMany(
      @ForAll @Size(max = 50) List<@LongRange(min = 0, max = 1L << 40) Long> bytes,
      @ForAll @IntRange(min = 1, max = 20) int tasksMax) {
    List<List<PartitionGenerations>> plan = TaskPlan.split(weighed(bytes), tasksMax);
    assertThat(plan).hasSizeBetween(1, tasksMax);
    assertThat(plan).hasSize(Math.max(1, Math.min(tasksMax, bytes.size())));
    List<PartitionGenerations> planned = plan.stream().flatMap(List::stream).toList();
    assertThat(planned)
        .containsExactlyInAnyOrderElementsOf(
            weighed(bytes).stream().map(Weighed::partition).toList());
    if (!bytes.isEmpty()) {
      assertThat(plan).noneMatch(List::isEmpty);
    }
  }

  @Property(tries = 200)
  void noTaskHasMuchMoreThanItsShare(
      @ForAll @Size(min = 1, max = 50) List<@LongRange(min = 0, max = 1L << 30) Long> bytes,
      @ForAll @IntRange(min = 1, max = 20) int tasksMax) {
    List<List<PartitionGenerations>> plan = TaskPlan.split(weighed(bytes), tasksMax);
    long total = bytes.stream().mapToLong(Long::longValue).sum() + bytes.size();
    long heaviest = Collections.max(bytes) + 1;
    for (List<PartitionGenerations> task : plan) {
      long load = task.stream().mapToLong(each -> bytes.get(each.partition()) + 1).sum();
      assertThat(load).isLessThanOrEqualTo(total / plan.size() + heaviest);
    }
  }

  @Property(tries = 100)
  void theOrderOfPartitionsDoesNotMatter(
      @ForAll @Size(max = 30) List<@LongRange(min = 0, max = 5) Long> bytes,
      @ForAll @IntRange(min = 1, max = 8) int tasksMax,
      @ForAll long seed) {
    List<Weighed> weighed = weighed(bytes);
    List<Weighed> shuffled = new ArrayList<>(weighed);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(TaskPlan.split(shuffled, tasksMax)).isEqualTo(TaskPlan.split(weighed, tasksMax));
  }

  @Example
  void nothingIsOneIdleTask() {
    assertThat(TaskPlan.split(List.of(), 4)).containsExactly(List.of());
  }
}
