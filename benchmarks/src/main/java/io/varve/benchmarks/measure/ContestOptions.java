package io.varve.benchmarks.measure;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What benchmarks take that have contestants handle events of several sizes, in rounds. */
public final class ContestOptions {

  @Option(names = "--rounds", description = "Rounds that count. Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(names = "--warmups", description = "Rounds before. Default: ${DEFAULT-VALUE}")
  private int warmups;

  @Option(
      names = "--bytes",
      split = ",",
      description = "Sizes of events. Default: ${DEFAULT-VALUE}")
  private List<Integer> bytes = List.of(100, 1024);

  @Option(
      names = "--events",
      split = ",",
      description = "For each size, events of a turn. Default: ${DEFAULT-VALUE}")
  private List<Long> events;

  @Option(names = "--only", description = "Regular expression of names of those who take part.")
  private Pattern only = Pattern.compile("");

  /**
   * @param warmups rounds before, unless told otherwise
   * @param events of a turn, unless told otherwise: of the small size and of the large one
   */
  public ContestOptions(int warmups, long... events) {
    this.warmups = warmups;
    this.events = Arrays.stream(events).boxed().toList();
  }

  public Rounds rounds() {
    return new Rounds(warmups, rounds);
  }

  public Predicate<String> only() {
    return only.asPredicate();
  }

  /** Prints a table for each size. */
  public void print(Contest contest) throws Exception {
    if (events.size() < bytes.size()) {
      throw new IllegalArgumentException(
          "--events: expected a number for each of the sizes " + bytes + ", found " + events);
    }
    for (int i = 0; i < bytes.size(); i++) {
      System.out.print(contest.table(bytes.get(i), events.get(i)));
      System.out.flush();
    }
  }

  /** What is measured. */
  public interface Contest {
    /** A table of what it came to. */
    String table(int eventBytes, long events) throws Exception;
  }
}
