package io.varve.examples.run;

import io.varve.examples.compare.Difference;
import io.varve.examples.compare.Difference.Kind;
import io.varve.examples.report.Page;
import io.varve.examples.report.RunReport;
import io.varve.examples.report.RunReport.Check;
import java.util.Locale;

/** The verdict on the screen. */
public final class VerdictTable {
  private static final String ROW = "%-14s%12s%12s%10s%13s%12s%15s";
  private static final int DIFFERENCES_MAX = 3;

  private VerdictTable() {}

  /** Prints the counts, and of each comparison the first differences with both sides. */
  public static void print(RunReport report, Screen screen) {
    screen.line("");
    screen.line(
        screen.strong(
            ROW.formatted(
                "", "expected", "found", "lost", "duplicated", "differing", "out of order")));
    for (Check check : report.checks()) {
      String row =
          ROW.formatted(
              check.name(),
              number(check.tally().expected()),
              number(check.tally().found()),
              number(check.tally().count(Kind.LOST)),
              number(check.tally().count(Kind.DUPLICATED)),
              number(check.tally().count(Kind.DIFFERING)),
              number(check.tally().count(Kind.OUT_OF_ORDER)));
      screen.line(check.tally().clean() ? row : screen.bad(row));
    }
    screen.line("");
    for (Check check : report.checks()) {
      check.tally().firstDifferences().stream()
          .limit(DIFFERENCES_MAX)
          .forEach(difference -> print(check.name(), difference, screen));
    }
    screen.line(report.clean() ? screen.good(report.headline()) : screen.bad(report.headline()));
  }

  private static void print(String check, Difference difference, Screen screen) {
    screen.line(
        "%s: %s in partition %d (%s)"
            .formatted(check, difference.kind(), difference.partition(), difference.what()));
    screen.line("  expected  " + Page.describe(difference.expected()));
    screen.line("  found     " + Page.describe(difference.actual()));
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
