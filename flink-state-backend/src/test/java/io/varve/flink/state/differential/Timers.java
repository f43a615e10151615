package io.varve.flink.state.differential;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.CloseableIterator;

/**
 * What is done to the queues of timers. Of timers of one time either may be first: which of them a
 * queue names is only compared by its time.
 */
final class Timers {
  private static final List<String> QUEUES = List.of("event timers", "processing timers");

  private Timers() {}

  static <K> void add(Job<K> job) throws Exception {
    TimerHeapInternalTimer<K, TimeWindow> timer = timer(job);
    Queue<K> queue = queueOf(job, timer.getKey());
    add(queue.subject(), timer);
    add(queue.reference(), copyOf(timer));
    queue.both().chronicle().note("add to " + queue.both().name() + " " + brief(timer));
    compareHeads(queue);
  }

  /** Says so when the head has changed. */
  private static <K> void add(
      KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>> queue,
      TimerHeapInternalTimer<K, TimeWindow> timer) {
    Long before = timeOf(queue.peek());
    boolean changed = queue.add(timer);
    if (!changed && !timeOf(queue.peek()).equals(before)) {
      throw new AssertionError("A new head was not told of, after " + before + ": " + timer);
    }
  }

  static <K> void addAll(Job<K> job) throws Exception {
    K key = job.keys().key(job.dice());
    Queue<K> queue = queueOf(job, key);
    List<TimerHeapInternalTimer<K, TimeWindow>> timers = new ArrayList<>();
    for (int i = job.dice().below(job.dice().oneIn(10) ? 300 : 20); i >= 0; i--) {
      TimerHeapInternalTimer<K, TimeWindow> timer = timer(job);
      if (job.subtaskOf(timer.getKey()).equals(job.subtaskOf(key))) {
        timers.add(timer);
      }
    }
    queue.both().chronicle().note("addAll to " + queue.both().name() + " " + timers.size());
    queue.subject().addAll(timers);
    queue.reference().addAll(timers.stream().map(Timers::copyOf).toList());
    compareHeads(queue);
  }

  /** One that is there, most often. */
  static <K> void remove(Job<K> job) throws Exception {
    TimerHeapInternalTimer<K, TimeWindow> timer = timer(job);
    Queue<K> queue = queueOf(job, timer.getKey());
    if (!job.dice().oneIn(4) && queue.reference().peek() != null) {
      List<TimerHeapInternalTimer<K, TimeWindow>> there = all(queue.reference());
      timer = there.get(job.dice().below(Math.min(10, there.size())));
    }
    queue.both().chronicle().note("remove from " + queue.both().name() + " " + brief(timer));
    queue.subject().remove(copyOf(timer));
    queue.reference().remove(copyOf(timer));
    compareHeads(queue);
  }

  static <K> void poll(Job<K> job) throws Exception {
    Queue<K> queue = queueOf(job, job.keys().key(job.dice()));
    for (int i = job.dice().skewed(40); i >= 0; i--) {
      compareHeads(queue);
      TimerHeapInternalTimer<K, TimeWindow> polled = queue.subject().poll();
      queue.both().chronicle().note("poll from " + queue.both().name() + " " + brief(polled));
      if (polled == null) {
        return;
      }
      Set<?> group = queue.reference().getSubsetForKeyGroup(groupOf(job, polled.getKey()));
      if (!group.contains(polled)) {
        throw new AssertionError("The subject polled what is not there: " + polled);
      }
      queue.reference().remove(copyOf(polled));
    }
  }

  /** Of a key group, wherever. */
  static <K> void compareGroup(Job<K> job) throws Exception {
    if (excused(job.subject())) {
      return;
    }
    K key = job.keys().key(job.dice());
    int group = groupOf(job, key);
    queueOf(job, key)
        .both()
        .same(
            "subset of group " + group, queue -> new HashSet<>(queue.getSubsetForKeyGroup(group)));
  }

  static <K> void compareAll(Subtask<K> subtask, Side side) throws Exception {
    for (String name : excused(side) ? List.<String>of() : QUEUES) {
      subtask
          .queue(name)
          .same(
              "all",
              queue -> {
                List<TimerHeapInternalTimer<K, TimeWindow>> all = all(queue);
                Set<TimerHeapInternalTimer<K, TimeWindow>> set = new HashSet<>(all);
                if (set.size() != all.size() || queue.size() != all.size()) {
                  throw new AssertionError(
                      "Of "
                          + all.size()
                          + " timers "
                          + set.size()
                          + " differ, size() "
                          + queue.size());
                }
                return set;
              });
    }
  }

  private static boolean excused(Side side) {
    return side.excuses().contains(Excuse.LISTS_TIMERS_IN_PART);
  }

  private record Queue<K>(
      Both<KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>>> both) {
    KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>> subject() {
      return both.subject();
    }

    KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>> reference() {
      return both.reference();
    }
  }

  private static <K> void compareHeads(Queue<K> queue) {
    Chronicle chronicle = queue.both().chronicle();
    String name = queue.both().name();
    chronicle.same(
        timeOf(queue.subject().peek()), timeOf(queue.reference().peek()), name + " peek()");
    chronicle.same(queue.subject().isEmpty(), queue.reference().isEmpty(), name + " isEmpty()");
  }

  private static <K> Queue<K> queueOf(Job<K> job, K key) {
    return new Queue<>(job.subtaskOf(key).queue(job.dice().of(QUEUES)));
  }

  private static <K> int groupOf(Job<K> job, K key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, job.keyGroups());
  }

  private static <K> TimerHeapInternalTimer<K, TimeWindow> timer(Job<K> job) {
    Dice dice = job.dice();
    long start = dice.below(3) * 10L;
    return new TimerHeapInternalTimer<>(
        dice.number(), job.keys().key(dice), new TimeWindow(start, start + 10));
  }

  /** The heap's queues mark the timers that they have. */
  private static <K> TimerHeapInternalTimer<K, TimeWindow> copyOf(
      TimerHeapInternalTimer<K, TimeWindow> timer) {
    return new TimerHeapInternalTimer<>(timer.getTimestamp(), timer.getKey(), timer.getNamespace());
  }

  private static <K> List<TimerHeapInternalTimer<K, TimeWindow>> all(
      KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<K, TimeWindow>> queue)
      throws Exception {
    List<TimerHeapInternalTimer<K, TimeWindow>> all = new ArrayList<>();
    try (CloseableIterator<TimerHeapInternalTimer<K, TimeWindow>> timers = queue.iterator()) {
      timers.forEachRemaining(all::add);
    }
    return all;
  }

  private static Long timeOf(TimerHeapInternalTimer<?, ?> timer) {
    return timer == null ? null : timer.getTimestamp();
  }

  private static String brief(TimerHeapInternalTimer<?, ?> timer) {
    return Chronicle.brief(timer);
  }
}
