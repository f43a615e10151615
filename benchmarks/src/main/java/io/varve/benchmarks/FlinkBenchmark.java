package io.varve.benchmarks;

import io.varve.benchmarks.flink.SourceContest;
import io.varve.benchmarks.measure.ContestOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private ContestOptions contest = new ContestOptions(1, 8_000_000, 2_000_000);

  @Option(names = "--parallelism", description = "Of the source. Default: ${DEFAULT-VALUE}")
  private int parallelism = 1;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    System.exit(new CommandLine(new FlinkBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    SourceContest sources =
        new SourceContest(
            folder.toAbsolutePath().normalize(),
            parallelism,
            contest.rounds(),
            contest.only(),
            System.err::println);
    contest.print(sources::table);
    return 0;
  }
}
