package io.varve.examples.compare;

import io.varve.examples.event.DemoEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares one partition with what it should hold.
 *
 * <p>Thread: confined to its caller.
 */
public final class PartitionComparison {
  /*
   * 1. Strip the common start and end: in a good run that is all there is, at no cost in memory.
   * 2. In the rest, match each actual event with the first unmatched expected one of the same
   *    content. Matches that step back in the expected order are out of order.
   * 3. An unmatched actual event is a duplicate if its content is expected anywhere in the
   *    partition. Else it took the place of an unmatched expected event that belongs between the
   *    same two matched neighbours: both sides are shown as one difference.
   * 4. Expected events still unmatched are lost.
   */
  private static final int UNMATCHED = -1;

  private final List<PlacedEvent> expected;
  private final List<PlacedEvent> actual;
  private final boolean offsetsKept;
  private final List<Difference> differences = new ArrayList<>();

  private PartitionComparison(
      List<PlacedEvent> expected, List<PlacedEvent> actual, boolean offsetsKept) {
    this.expected = expected;
    this.actual = actual;
    this.offsetsKept = offsetsKept;
  }

  /**
   * Compares two lists of events, each in the order of its partition.
   *
   * @param offsetsKept whether an event must also have the offset it is expected at
   */
  public static Tally compare(
      List<PlacedEvent> expected, List<PlacedEvent> actual, boolean offsetsKept) {
    PartitionComparison comparison = new PartitionComparison(expected, actual, offsetsKept);
    comparison.run();
    return Tally.of(expected.size(), actual.size(), comparison.differences);
  }

  private void run() {
    int shorter = Math.min(expected.size(), actual.size());
    int start = 0;
    while (start < shorter && same(start, start)) {
      checkOffset(start, start);
      start++;
    }
    int end = 0;
    while (end < shorter - start && same(expected.size() - 1 - end, actual.size() - 1 - end)) {
      end++;
    }
    compareMiddle(start, expected.size() - end, actual.size() - end);
    for (; end > 0; end--) {
      checkOffset(expected.size() - end, actual.size() - end);
    }
  }

  private void compareMiddle(int start, int expectedEnd, int actualEnd) {
    if (start == expectedEnd && start == actualEnd) {
      return;
    }
    int[] matches = match(start, expectedEnd, actualEnd);
    TreeSet<Integer> missing = new TreeSet<>();
    for (int i = start; i < expectedEnd; i++) {
      missing.add(i);
    }
    for (int match : matches) {
      missing.remove(match);
    }
    int[] nextMatches = new int[matches.length];
    int next = expectedEnd;
    for (int j = matches.length - 1; j >= 0; j--) {
      next = matches[j] == UNMATCHED ? next : matches[j];
      nextMatches[j] = next;
    }
    Set<DemoEvent> known = new HashSet<>();
    expected.forEach(placed -> known.add(placed.event()));

    int last = start - 1;
    for (int j = 0; j < matches.length; j++) {
      int at = start + j;
      if (matches[j] != UNMATCHED) {
        if (matches[j] < last) {
          add(Difference.Kind.OUT_OF_ORDER, "order", matches[j], at);
        } else {
          checkOffset(matches[j], at);
        }
        last = Math.max(last, matches[j]);
      } else if (known.contains(actual.get(at).event())) {
        add(Difference.Kind.DUPLICATED, "there once more", UNMATCHED, at);
      } else {
        Integer displaced = missing.higher(last);
        if (displaced != null && displaced < nextMatches[j]) {
          missing.remove(displaced);
          last = displaced;
          add(Difference.Kind.DIFFERING, whatDiffers(displaced, at), displaced, at);
        } else {
          add(Difference.Kind.DIFFERING, "never expected", UNMATCHED, at);
        }
      }
    }
    missing.forEach(i -> add(Difference.Kind.LOST, "not there", i, UNMATCHED));
  }

  /** For each actual event of the middle the expected one it is, or {@link #UNMATCHED}. */
  private int[] match(int start, int expectedEnd, int actualEnd) {
    Map<DemoEvent, Deque<Integer>> open = new HashMap<>();
    for (int i = start; i < expectedEnd; i++) {
      open.computeIfAbsent(expected.get(i).event(), event -> new ArrayDeque<>()).add(i);
    }
    int[] matches = new int[actualEnd - start];
    for (int j = 0; j < matches.length; j++) {
      Integer place =
          open.getOrDefault(actual.get(start + j).event(), new ArrayDeque<>()).pollFirst();
      matches[j] = place == null ? UNMATCHED : place;
    }
    return matches;
  }

  private boolean same(int expectedAt, int actualAt) {
    return expected.get(expectedAt).event().equals(actual.get(actualAt).event());
  }

  private void checkOffset(int expectedAt, int actualAt) {
    if (offsetsKept && expected.get(expectedAt).offset() != actual.get(actualAt).offset()) {
      add(Difference.Kind.DIFFERING, "offset", expectedAt, actualAt);
    }
  }

  private String whatDiffers(int expectedAt, int actualAt) {
    DemoEvent a = expected.get(expectedAt).event();
    DemoEvent b = actual.get(actualAt).event();
    List<String> parts = new ArrayList<>();
    if (a.timestampMs() != b.timestampMs()) {
      parts.add("timestamp");
    }
    if (!Objects.equals(a.key(), b.key())) {
      parts.add("key");
    }
    if (!Objects.equals(a.value(), b.value())) {
      parts.add("value");
    }
    if (!a.headers().equals(b.headers())) {
      parts.add("headers");
    }
    return String.join(", ", parts);
  }

  private void add(Difference.Kind kind, String what, int expectedAt, int actualAt) {
    PlacedEvent left = expectedAt == UNMATCHED ? null : expected.get(expectedAt);
    PlacedEvent right = actualAt == UNMATCHED ? null : actual.get(actualAt);
    int partition = Objects.requireNonNull(left != null ? left : right).partition();
    differences.add(new Difference(kind, partition, what, left, right));
  }
}
