package io.varve.benchmarks;

import io.varve.benchmarks.log.LogContest;
import io.varve.benchmarks.measure.Rounds;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Appends to and replays a log against a bare file, Chronicle Queue and Kafka's own log. Prints
 * Markdown to standard output and progress to standard error.
 */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = "Appends to and replays a log, against a bare file and other logs.")
public final class LogBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "log-benchmark");

  @Option(names = "--rounds", description = "Rounds that count. Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(names = "--warmups", description = "Rounds before. Default: ${DEFAULT-VALUE}")
  private int warmups = 2;

  @Option(
      names = "--bytes",
      split = ",",
      description = "Sizes of events. Default: ${DEFAULT-VALUE}")
  private List<Integer> bytes = List.of(100, 1024);

  @Option(
      names = "--megabytes",
      description = "Values appended in a turn, in MB. Default: ${DEFAULT-VALUE}")
  private int megabytes = 1000;

  @Option(
      names = "--turn-ms",
      description = "How long a turn of replay lasts at least. Default: ${DEFAULT-VALUE}")
  private int turnMs = 700;

  @Option(names = "--only", description = "Regular expression of contestants' names.")
  private Pattern only = Pattern.compile("");

  @Option(names = "--no-append", negatable = true, description = "Whether to measure appending.")
  private boolean append = true;

  @Option(names = "--no-replay", negatable = true, description = "Whether to measure replay.")
  private boolean replay = true;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.setProperty("chronicle.analytics.disable", "true");
    System.exit(new CommandLine(new LogBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    StringBuilder tables = new StringBuilder();
    for (int size : bytes) {
      tables.append(
          new LogContest(
                  folder.resolve(size + "-" + ProcessHandle.current().pid()),
                  size,
                  megabytes * 1_000_000L / size,
                  new Rounds(warmups, rounds),
                  turnMs,
                  only.asPredicate(),
                  System.err::println)
              .run(append, replay));
    }
    System.out.print(tables);
    return 0;
  }
}
