package io.varve.examples.delayed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What came of a plan.
 *
 * <p>Thread: immutable.
 *
 * @param lines what was looked at, and whether it is as it should be
 */
record Verdict(List<Line> lines) {

  /** One thing that was looked at. */
  record Line(String what, long found, long expected) {
    boolean good() {
      return found == expected;
    }
  }

  static Verdict of(Plan plan, List<Arrival> arrivals) {
    Map<String, Integer> counts = new HashMap<>();
    long early = 0;
    long unexpected = 0;
    TreeSet<Long> repetitions = new TreeSet<>();
    long repeatedAgain = 0;
    for (Arrival arrival : arrivals) {
      counts.merge(Plan.arrival(arrival.topic(), arrival.value()), 1, Integer::sum);
      early += arrival.brokerMs() < arrival.dueMs() ? 1 : 0;
      if (arrival.value().equals(plan.repeated())) {
        repeatedAgain += repetitions.add(arrival.dueMs()) ? 0 : 1;
      }
      unexpected += plan.unexpected().contains(arrival.value()) ? 1 : 0;
    }
    long once = plan.expected().stream().filter(each -> counts.containsKey(each)).count();
    long more = plan.expected().stream().mapToLong(each -> counts.getOrDefault(each, 1) - 1).sum();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("messages that arrived", once, plan.expected().size()));
    lines.add(new Line("that arrived again", more + repeatedAgain, 0));
    lines.add(new Line("times of the one that repeats", repetitions.size(), expected(repetitions)));
    lines.add(new Line("in the broker before they were due", early, 0));
    lines.add(new Line("cancelled or replaced, and arrived", unexpected, 0));
    return new Verdict(List.copyOf(lines));
  }

  /** How many times there are from the first to the last; more than one are to be seen. */
  private static long expected(TreeSet<Long> repetitions) {
    return repetitions.size() < 2
        ? 2
        : (repetitions.last() - repetitions.first()) / Plan.REPEATED_MS + 1;
  }

  boolean good() {
    return lines.stream().allMatch(Line::good);
  }
}
