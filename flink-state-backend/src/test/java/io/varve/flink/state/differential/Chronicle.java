package io.varve.flink.state.differential;

import java.util.ArrayDeque;
import java.util.Objects;

/** The last things that were done, for whoever looks for the cause of a difference. */
final class Chronicle {
  private static final int KEPT = 40;
  private static final int LENGTH_MAX = 200;

  /** What {@code -Dvarve.state.trace=PART} has printed: all that is done whose words have PART. */
  private static final String TRACED = System.getProperty("varve.state.trace");

  private final ArrayDeque<String> last = new ArrayDeque<>();
  private long step;

  void next() {
    step++;
  }

  long step() {
    return step;
  }

  void note(String what) {
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    last.addLast(step + ": " + brief(what));
    if (TRACED != null && what.contains(TRACED)) {
      System.out.println(last.getLast());
    }
  }

  /** Both said the same. */
  void same(Object subject, Object reference, String of) {
    if (!Objects.equals(subject, reference)) {
      throw new AssertionError(
          of + "\n  subject:   " + brief(subject) + "\n  reference: " + brief(reference));
    }
  }

  static String brief(Object any) {
    String text = String.valueOf(any);
    return text.length() <= LENGTH_MAX
        ? text
        : text.substring(0, LENGTH_MAX) + "... (" + text.length() + " characters)";
  }

  @Override
  public String toString() {
    return String.join("\n  ", last);
  }
}
