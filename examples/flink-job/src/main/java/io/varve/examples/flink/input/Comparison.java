package io.varve.examples.flink.input;

import java.util.ArrayList;
import java.util.List;

/**
 * What is lost, doubled or wrong in the lines that came out.
 *
 * @param lost expected, and not found
 * @param doubled found more often than expected
 * @param wrong found, and never expected
 * @param examples some of them, in words
 */
public record Comparison(
    long expected, long found, long lost, long doubled, long wrong, List<String> examples) {
  private static final int EXAMPLES_MAX = 5;

  /** Compares as multisets; the order of lines says nothing. */
  public static Comparison of(List<String> expectedLines, List<String> foundLines) {
    List<String> expected = expectedLines.stream().sorted().toList();
    List<String> found = foundLines.stream().sorted().toList();
    List<String> examples = new ArrayList<>();
    long lost = 0;
    long doubled = 0;
    long wrong = 0;
    int e = 0;
    int f = 0;
    String matched = "";
    while (e < expected.size() || f < found.size()) {
      int order =
          e == expected.size()
              ? 1
              : f == found.size() ? -1 : expected.get(e).compareTo(found.get(f));
      if (order == 0) {
        matched = expected.get(e++);
        f++;
      } else if (order < 0) {
        lost++;
        example(examples, "lost: " + expected.get(e++));
      } else {
        boolean again = found.get(f).equals(matched);
        doubled += again ? 1 : 0;
        wrong += again ? 0 : 1;
        example(examples, (again ? "doubled: " : "wrong: ") + found.get(f++));
      }
    }
    return new Comparison(
        expected.size(), found.size(), lost, doubled, wrong, List.copyOf(examples));
  }

  /** Whether all came out, once. */
  public boolean clean() {
    return lost == 0 && doubled == 0 && wrong == 0;
  }

  private static void example(List<String> examples, String line) {
    if (examples.size() < EXAMPLES_MAX) {
      examples.add(line);
    }
  }
}
