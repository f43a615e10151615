package io.varve.benchmarks.state;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What one process measures of one backend. */
enum Suite {
  VALUES("small"),
  LISTS("small"),
  MAPS("small"),
  TIMERS("small"),
  SNAPSHOTS("small"),
  LARGE_VALUES("large"),
  LARGE_LISTS("large"),
  LARGE_MAPS("large"),
  LARGE_SNAPSHOTS("large"),
  MANY("many"),
  STEADY("steady");

  private final String group;

  Suite(String group) {
    this.group = group;
  }

  /**
   * The suites of those names, each of them a suite's or a group's, in order.
   *
   * @throws IllegalArgumentException if a name is neither
   */
  static Set<Suite> of(List<String> names) {
    Set<Suite> suites = EnumSet.noneOf(Suite.class);
    for (String name : names) {
      List<Suite> found = Arrays.stream(values()).filter(each -> each.answersTo(name)).toList();
      if (found.isEmpty()) {
        throw new IllegalArgumentException(
            "There is no suite '" + name + "'; there are small, large, and " + allNames());
      }
      suites.addAll(found);
    }
    return suites;
  }

  /** As in a command. */
  String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Rows rows() {
    return switch (this) {
      case VALUES -> new ValueRows();
      case LISTS -> new ListRows();
      case MAPS -> new MapRows();
      case TIMERS -> new TimerRows();
      case SNAPSHOTS, LARGE_SNAPSHOTS -> new SnapshotRows();
      case LARGE_VALUES -> new LargeValueRows();
      case LARGE_LISTS -> new LargeListRows();
      case LARGE_MAPS -> new LargeMapRows();
      case MANY -> new ManyCheckpointsRows();
      case STEADY -> new SteadyRows();
    };
  }

  /** Room on the disk that it may take, of one backend at a time. */
  long bytesMax(Sizes sizes) {
    return switch (this) {
      case VALUES, LISTS, MAPS, TIMERS, MANY -> 2L << 30;
      case SNAPSHOTS -> 9 * sizes.snapshotBytes() + (1L << 30);
      case LARGE_VALUES, LARGE_LISTS, LARGE_MAPS -> 4 * sizes.largeBytes();
      case LARGE_SNAPSHOTS -> 9 * sizes.largeBytes();
      case STEADY -> 10 * sizes.steadyBytes();
    };
  }

  private boolean answersTo(String name) {
    return title().equals(name) || group.equals(name);
  }

  private static String allNames() {
    return Arrays.stream(values()).map(Suite::title).collect(Collectors.joining(", "));
  }
}
