package io.varve.benchmarks;

import io.varve.benchmarks.flink.SourceContest;
import io.varve.benchmarks.measure.Rounds;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs our source and Kafka's in the same Flink job. Prints Markdown to standard output and
 * progress to standard error.
 */
@Command(
    name = "flink",
    mixinStandardHelpOptions = true,
    description = "Runs our source and Kafka's in the same Flink job.")
public final class FlinkBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "flink-benchmark");

  @Option(names = "--rounds", description = "Rounds that count. Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(names = "--warmups", description = "Rounds before. Default: ${DEFAULT-VALUE}")
  private int warmups = 1;

  @Option(
      names = "--bytes",
      split = ",",
      description = "Sizes of events. Default: ${DEFAULT-VALUE}")
  private List<Integer> bytes = List.of(100, 1024);

  @Option(
      names = "--events",
      split = ",",
      description = "For each size, events of a turn. Default: ${DEFAULT-VALUE}")
  private List<Long> events = List.of(8_000_000L, 2_000_000L);

  @Option(names = "--parallelism", description = "Of the source. Default: ${DEFAULT-VALUE}")
  private int parallelism = 1;

  @Option(names = "--only", description = "Regular expression of names of those who take part.")
  private Pattern only = Pattern.compile("");

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    System.exit(new CommandLine(new FlinkBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    SourceContest contest =
        new SourceContest(
            folder.toAbsolutePath().normalize(),
            parallelism,
            new Rounds(warmups, rounds),
            only.asPredicate(),
            System.err::println);
    for (int i = 0; i < bytes.size(); i++) {
      System.out.print(contest.table(bytes.get(i), events.get(i)));
      System.out.flush();
    }
    return 0;
  }
}
