package io.varve.benchmarks;

import io.varve.benchmarks.fields.FieldContest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Builds field indexes and replays by filters. Prints Markdown to standard output and progress to
 * standard error.
 */
@Command(
    name = "fields",
    mixinStandardHelpOptions = true,
    description = "Builds indexes of fields, and replays the events that a filter wants.")
public final class FieldsBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "fields-benchmark");

  @Option(names = "--events", description = "How many events. Default: ${DEFAULT-VALUE}")
  private long events = 10_000_000;

  @Option(
      names = "--values",
      split = ",",
      description = "What values are stored as: ${COMPLETION-CANDIDATES}. Default: both")
  private List<FieldContest.Format> values = List.of(FieldContest.Format.values());

  @Option(names = "--rounds", description = "How often each is done. Default: ${DEFAULT-VALUE}")
  private int rounds = 3;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new FieldsBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.print(
        new FieldContest(
                folder.resolve("" + ProcessHandle.current().pid()),
                events,
                values,
                rounds,
                System.err::println)
            .run());
    return 0;
  }
}
