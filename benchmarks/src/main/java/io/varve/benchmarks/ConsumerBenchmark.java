package io.varve.benchmarks;

import io.varve.benchmarks.consumer.ConsumerContest;
import io.varve.benchmarks.measure.ContestOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Reads a store with the replay consumer, against Kafka's consumer and a broker on the same
 * machine. Prints Markdown to standard output and progress to standard error.
 */
@Command(
    name = "consumer",
    mixinStandardHelpOptions = true,
    description = "Reads with the replay consumer, against Kafka's and a broker.")
public final class ConsumerBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "consumer-benchmark");

  @Mixin private ContestOptions contest = new ContestOptions(2, 4_000_000, 1_000_000);

  @Option(names = "--partitions", description = "Default: ${DEFAULT-VALUE}")
  private int partitions = 4;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new ConsumerBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    contest.print(
        (size, events) ->
            new ConsumerContest(
                    folder.resolve(size + "-" + ProcessHandle.current().pid()),
                    size,
                    events,
                    partitions,
                    contest.rounds(),
                    contest.only(),
                    System.err::println)
                .run());
    return 0;
  }
}
