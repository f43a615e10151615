package io.varve.benchmarks;

import io.varve.benchmarks.consumer.ConsumerContest;
import io.varve.benchmarks.measure.Rounds;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
      names = "--events",
      split = ",",
      description = "For each size, events of a turn. Default: ${DEFAULT-VALUE}")
  private List<Long> events = List.of(4_000_000L, 1_000_000L);

  @Option(names = "--partitions", description = "Default: ${DEFAULT-VALUE}")
  private int partitions = 4;

  @Option(names = "--only", description = "Regular expression of names of those who take part.")
  private Pattern only = Pattern.compile("");

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new ConsumerBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    for (int i = 0; i < bytes.size(); i++) {
      int size = bytes.get(i);
      System.out.print(
          new ConsumerContest(
                  folder.resolve(size + "-" + ProcessHandle.current().pid()),
                  size,
                  events.get(i),
                  partitions,
                  new Rounds(warmups, rounds),
                  only.asPredicate(),
                  System.err::println)
              .run());
      System.out.flush();
    }
    return 0;
  }
}
