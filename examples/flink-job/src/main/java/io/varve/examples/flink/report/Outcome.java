package io.varve.examples.flink.report;

import io.varve.examples.flink.input.Comparison;
import io.varve.examples.run.Screen;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * All that a run found.
 *
 * @param verdicts by the name of the direction
 */
public record Outcome(
    String what,
    List<Course> courses,
    Map<Backend, Figures> figures,
    Map<String, Comparison> verdicts) {
  private static final String ROW = "%-38s%16s%16s";
  private static final String VERDICT = "%-22s%12s%12s%8s%10s%8s";

  /** Whether nothing was lost, doubled or wrong. */
  public boolean clean() {
    return !verdicts.isEmpty() && verdicts.values().stream().allMatch(Comparison::clean);
  }

  String headline() {
    return clean()
        ? "Nothing lost, nothing twice, nothing wrong"
        : "The results are not what they should be";
  }

  Figures of(Backend backend) {
    return Objects.requireNonNull(figures.get(backend));
  }

  /** Prints both tables. */
  public void print(Screen screen) {
    screen.line("");
    screen.line(screen.strong(ROW.formatted("", Backend.ROCKSDB.words, Backend.VARVE.words)));
    for (Measure measure : Measure.values()) {
      screen.line(
          ROW.formatted(
              measure.words, measure.text(of(Backend.ROCKSDB)), measure.text(of(Backend.VARVE))));
    }
    screen.line("");
    screen.line(
        screen.strong(
            VERDICT.formatted("results", "expected", "found", "lost", "doubled", "wrong")));
    verdicts.forEach(
        (name, verdict) -> {
          String row =
              String.format(
                  Locale.ROOT,
                  "%-22s%,12d%,12d%,8d%,10d%,8d",
                  name,
                  verdict.expected(),
                  verdict.found(),
                  verdict.lost(),
                  verdict.doubled(),
                  verdict.wrong());
          screen.line(verdict.clean() ? row : screen.bad(row));
          verdict.examples().forEach(example -> screen.line("  " + screen.bad(example)));
        });
    screen.line("");
    screen.line(clean() ? screen.good(headline()) : screen.bad(headline()));
  }
}
