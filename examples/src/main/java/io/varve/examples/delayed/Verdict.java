package io.varve.examples.delayed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    for (Arrival arrival : arrivals) {
      counts.merge(Plan.arrival(arrival.topic(), arrival.value()), 1, Integer::sum);
      early += arrival.brokerMs() < arrival.dueMs() ? 1 : 0;
      unexpected += plan.unexpected().contains(arrival.value()) ? 1 : 0;
    }
    long once = plan.expected().stream().filter(each -> counts.containsKey(each)).count();
    long more = plan.expected().stream().mapToLong(each -> counts.getOrDefault(each, 1) - 1).sum();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("messages that arrived", once, plan.expected().size()));
    lines.add(new Line("that arrived again", more, 0));
    lines.add(new Line("in the broker before they were due", early, 0));
    lines.add(new Line("cancelled or replaced, and arrived", unexpected, 0));
    return new Verdict(List.copyOf(lines));
  }

  boolean good() {
    return lines.stream().allMatch(Line::good);
  }
}
