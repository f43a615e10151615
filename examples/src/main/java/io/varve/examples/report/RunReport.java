package io.varve.examples.report;

import io.varve.examples.compare.Difference.Kind;
import io.varve.examples.compare.Tally;
import java.util.List;

/**
 * All that the page tells.
 *
 * <p>Thread: immutable.
 *
 * @param origin where the events come from
 * @param startedAt in words
 * @param facts name and value of what a reader may want to know about the run
 */
public record RunReport(
    String origin,
    String startedAt,
    Histogram histogram,
    RunTimeline timeline,
    List<Check> checks,
    List<Fact> facts) {

  /** Copies the lists. */
  public RunReport {
    checks = List.copyOf(checks);
    facts = List.copyOf(facts);
  }

  /**
   * One comparison.
   *
   * @param name what was looked at
   * @param meaning what it was compared with, and how
   */
  public record Check(String name, String meaning, Tally tally) {}

  /** One line of "the run in numbers". */
  public record Fact(String name, String value) {}

  /** Whether every comparison found everything, once, unchanged and in order. */
  public boolean clean() {
    return checks.stream().allMatch(check -> check.tally().clean());
  }

  /** The verdict in one line. */
  public String headline() {
    return clean()
        ? "Nothing lost, nothing twice, nothing changed"
        : "%s lost, %s duplicated, %s differing, %s out of order"
            .formatted(
                Html.number(count(Kind.LOST)),
                Html.number(count(Kind.DUPLICATED)),
                Html.number(count(Kind.DIFFERING)),
                Html.number(count(Kind.OUT_OF_ORDER)));
  }

  private long count(Kind kind) {
    return checks.stream().mapToLong(check -> check.tally().count(kind)).sum();
  }
}
