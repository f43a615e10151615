package io.varve.benchmarks;

import io.varve.benchmarks.subscribe.SubscribeContest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Consumes and acknowledges events by a subscription. Prints Markdown to standard output and
 * progress to standard error.
 */
@Command(
    name = "subscribe",
    mixinStandardHelpOptions = true,
    description = "Consumes and acknowledges events by a subscription, against a bare reader.")
public final class SubscribeBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "subscribe-benchmark");

  @Option(names = "--events", description = "How many events. Default: ${DEFAULT-VALUE}")
  private long events = 2_000_000;

  @Option(names = "--keys", description = "How many keys they have. Default: ${DEFAULT-VALUE}")
  private int keys = 100_000;

  @Option(names = "--bytes", description = "Bytes of a value. Default: ${DEFAULT-VALUE}")
  private int bytes = 100;

  @Option(names = "--rounds", description = "Rounds of all turns. Default: ${DEFAULT-VALUE}")
  private int rounds = 3;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new SubscribeBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.print(
        new SubscribeContest(
                folder.resolve("" + ProcessHandle.current().pid()),
                events,
                keys,
                bytes,
                rounds,
                System.err::println)
            .run());
    return 0;
  }
}
