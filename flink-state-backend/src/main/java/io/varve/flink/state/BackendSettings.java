package io.varve.flink.state;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;

/** What can be set of the state backend in Flink's configuration. */
public final class BackendSettings {

  /** What the name of every setting begins with. */
  public static final String PREFIX = "state.backend.varve.";

  /** Where timers are kept. */
  public enum Timers {
    /** In the store, like other state. */
    VARVE,
    /** As objects on the heap. */
    HEAP
  }

  public static final ConfigOption<String> LOCAL_DIRECTORIES =
      ConfigOptions.key(PREFIX + "localdir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The folder, or several separated by commas, in which a task manager keeps the files"
                  + " of state, one of them for each operator. They should be on fast local disks."
                  + " The task manager's working folder if not set.");

  public static final ConfigOption<Timers> TIMERS =
      ConfigOptions.key(PREFIX + "timer-service.factory")
          .enumType(Timers.class)
          .defaultValue(Timers.VARVE)
          .withDescription(
              "Where timers are kept: in the store (VARVE), which takes them into incremental"
                  + " checkpoints and lets there be more than memory holds, or on the heap (HEAP),"
                  + " which is faster where there are few.");

  public static final ConfigOption<MemorySize> MEMORY_FIXED_PER_SLOT =
      ConfigOptions.key(PREFIX + "memory.fixed-per-slot")
          .memoryType()
          .noDefaultValue()
          .withDescription(
              "The memory for all state of one slot, taken beside what Flink manages. If not set,"
                  + " state shares Flink's managed memory (taskmanager.memory.managed.size).");

  public static final ConfigOption<Integer> TRANSFER_THREADS =
      ConfigOptions.key(PREFIX + "checkpoint.transfer.thread.num")
          .intType()
          .defaultValue(4)
          .withDescription(
              "How many files a slot sends to checkpoint storage at a time, and how many it"
                  + " fetches from there. At least 1.");

  private static final List<ConfigOption<?>> ALL =
      List.of(LOCAL_DIRECTORIES, TIMERS, MEMORY_FIXED_PER_SLOT, TRANSFER_THREADS);

  private BackendSettings() {}

  /** All of them. */
  static List<ConfigOption<?>> all() {
    return ALL;
  }

  /**
   * Refuses settings that begin as this backend's do and are none.
   *
   * @throws IllegalConfigurationException which names the one that was probably meant
   */
  static void refuseUnknown(ReadableConfig config) {
    TreeSet<String> known = new TreeSet<>();
    for (ConfigOption<?> option : ALL) {
      known.add(option.key());
    }
    for (String key : new TreeSet<>(config.toMap().keySet())) {
      if (key.startsWith(PREFIX) && !known.contains(key)) {
        throw new IllegalConfigurationException(
            "There is no setting "
                + key
                + ". Did you mean "
                + nearest(key, known)
                + "? Settings of the Varve state backend are "
                + String.join(", ", known));
      }
    }
  }

  private static String nearest(String key, Iterable<String> known) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(key.toLowerCase(Locale.ROOT), candidate);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    return nearest;
  }

  /** How many characters must be added, removed or changed to get from one to the other. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, Math.min(row[j - 1], above) + 1);
        diagonal = above;
      }
    }
    return row[other.length()];
  }
}
