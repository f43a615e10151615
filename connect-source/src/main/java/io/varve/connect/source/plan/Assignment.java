package io.varve.connect.source.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A task's partitions as one line of text in its configuration: {@code orders@1:0-3,7;orders@1+2:4}
 * is partitions 0 to 3 and 7 of the first generation of orders, and partition 4 in its first and
 * second. None of the marks can be in a stream's name.
 */
public final class Assignment {

  /** The name under which a task's configuration has it. */
  public static final String KEY = "varve.task.partitions";

  private Assignment() {}

  public static String format(List<PartitionGenerations> partitions) {
    Map<String, TreeSet<Integer>> byLog = new TreeMap<>();
    for (PartitionGenerations each : partitions) {
      List<String> generations = each.generations().stream().map(String::valueOf).toList();
      byLog
          .computeIfAbsent(
              each.stream() + "@" + String.join("+", generations), name -> new TreeSet<>())
          .add(each.partition());
    }
    List<String> parts = new ArrayList<>();
    byLog.forEach((name, numbers) -> parts.add(name + ":" + ranges(numbers)));
    return String.join(";", parts);
  }

  private static String ranges(SortedSet<Integer> numbers) {
    Map<Integer, Integer> ranges = new LinkedHashMap<>();
    int first = Integer.MIN_VALUE;
    int last = Integer.MIN_VALUE;
    for (int number : numbers) {
      if (first == Integer.MIN_VALUE || number != last + 1) {
        first = number;
      }
      last = number;
      ranges.put(first, last);
    }
    List<String> texts = new ArrayList<>();
    ranges.forEach((from, to) -> texts.add(from.equals(to) ? "" + from : from + "-" + to));
    return String.join(",", texts);
  }

  /** IllegalArgumentException if {@code text} isn't one that {@link #format} made. */
  public static List<PartitionGenerations> parse(String text) {
    List<PartitionGenerations> partitions = new ArrayList<>();
    if (text.isEmpty()) {
      return partitions;
    }
    for (String part : text.split(";", -1)) {
      int at = part.indexOf('@');
      int colon = part.indexOf(':');
      if (at < 1 || colon < at) {
        throw new IllegalArgumentException("No assignment: '" + part + "'");
      }
      String stream = part.substring(0, at);
      List<Integer> generations =
          Arrays.stream(part.substring(at + 1, colon).split("\\+", -1))
              .map(Integer::valueOf)
              .toList();
      for (String range : part.substring(colon + 1).split(",", -1)) {
        int dash = range.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
        for (int number = first; number <= last; number++) {
          partitions.add(new PartitionGenerations(stream, number, generations));
        }
      }
    }
    return partitions;
  }
}
