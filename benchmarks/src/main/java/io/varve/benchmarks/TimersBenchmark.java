package io.varve.benchmarks;

import io.varve.benchmarks.timers.TimerContest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Adds timers by the million to the engine's wheel and to others', and takes them out when they are
 * due. Prints Markdown to standard output and progress to standard error.
 */
@Command(
    name = "timers",
    mixinStandardHelpOptions = true,
    description = {
      "Adds timers to wheels and takes them out when they are due: the engine's, Agrona's, Kafka's",
      "and Netty's. As many are due in a millisecond for any number of timers: 333."
    })
public final class TimersBenchmark implements Callable<Integer> {

  @Option(
      names = "--timers",
      split = ",",
      description = "How many timers, one or more numbers. Default: ${DEFAULT-VALUE}")
  private List<Integer> timers = List.of(1_000_000, 10_000_000);

  @Option(names = "--rounds", description = "Rounds that count. Default: ${DEFAULT-VALUE}")
  private int rounds = 3;

  @Option(names = "--only", description = "Regular expression of the tables' titles.")
  private Pattern only = Pattern.compile("");

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new TimersBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.print(
        new TimerContest(timers, rounds, only.asPredicate(), System.err::println).run());
    return 0;
  }
}
