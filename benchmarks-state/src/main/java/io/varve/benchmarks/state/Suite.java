package io.varve.benchmarks.state;

import io.varve.benchmarks.state.nexmark.Query;
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
  STEADY("steady"),
  Q0("nexmark"),
  Q5("nexmark"),
  Q8("nexmark"),
  Q9("nexmark"),
  Q11("nexmark"),
  Q18("nexmark"),
  Q20("nexmark"),
  Q9_LARGE("nexmark-large"),
  Q18_LARGE("nexmark-large"),
  Q20_LARGE("nexmark-large");

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
            "There is no suite '"
                + name
                + "'; there are small, large, nexmark, nexmark-large, and "
                + allNames());
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
      case Q0 -> new JobRows(Query.Q0, 3_000_000, false);
      case Q5 -> new JobRows(Query.Q5, 600_000, false);
      case Q8 -> new JobRows(Query.Q8, 1_500_000, false);
      case Q9 -> new JobRows(Query.Q9, 3_000_000, false);
      case Q11 -> new JobRows(Query.Q11, 1_500_000, false);
      case Q18 -> new JobRows(Query.Q18, 1_000_000, false);
      case Q20 -> new JobRows(Query.Q20, 1_000_000, false);
      case Q9_LARGE -> new JobRows(Query.Q9, 1_000_000, true);
      case Q18_LARGE -> new JobRows(Query.Q18, 1_000_000, true);
      case Q20_LARGE -> new JobRows(Query.Q20, 1_000_000, true);
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
      case Q0, Q5, Q8, Q9, Q11, Q18, Q20 -> 4L << 30;
      case Q9_LARGE, Q18_LARGE, Q20_LARGE -> 12L << 30;
    };
  }

  /** Whether it runs jobs, each a query of Nexmark's. */
  boolean isJob() {
    return group.startsWith("nexmark");
  }

  private boolean answersTo(String name) {
    return title().equals(name) || group.equals(name);
  }

  private static String allNames() {
    return Arrays.stream(values()).map(Suite::title).collect(Collectors.joining(", "));
  }
}
