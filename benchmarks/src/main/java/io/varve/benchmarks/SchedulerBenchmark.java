package io.varve.benchmarks;

import io.varve.benchmarks.scheduler.LatenessContest;
import io.varve.benchmarks.scheduler.PendingContest;
import io.varve.benchmarks.scheduler.QueueContest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Schedules events and releases them when they are due, and compares with RocksDB as a queue.
 * Prints Markdown to standard output and progress to standard error.
 */
@Command(
    name = "scheduler",
    mixinStandardHelpOptions = true,
    description = "Schedules events and releases them when they are due.")
public final class SchedulerBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "scheduler-benchmark");

  @Option(
      names = "--events",
      split = ",",
      description = "How many events are scheduled and released. Default: ${DEFAULT-VALUE}")
  private List<Long> events = List.of(2_000_000L, 10_000_000L);

  @Option(
      names = "--rounds",
      description = "Rounds of two turns each; 0: not done. Default: ${DEFAULT-VALUE}")
  private int rounds = 3;

  @Option(names = "--only", description = "varve or rocksdb alone.")
  private String only = "";

  @Option(
      names = "--pending",
      description =
          "So many events are pending when schedulers are killed and opened; 0: not done."
              + " 100000000 takes 16 GB. Default: ${DEFAULT-VALUE}")
  private long pending = 10_000_000;

  @Option(
      names = "--rates",
      split = ",",
      description = "At how many events a second lateness is measured. Default: ${DEFAULT-VALUE}")
  private List<Integer> rates = List.of(10_000, 50_000);

  @Option(
      names = "--seconds",
      description = "How long each rate is kept up; 0: not done. Default: ${DEFAULT-VALUE}")
  private int seconds = 30;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new SchedulerBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path path = folder.resolve("" + ProcessHandle.current().pid());
    for (long count : rounds > 0 ? events : List.<Long>of()) {
      System.out.print(new QueueContest(path, count, rounds, only, System.err::println).run());
    }
    if (seconds > 0) {
      System.out.print(new LatenessContest(path, rates, seconds, System.err::println).run());
    }
    if (pending > 0) {
      System.out.print(new PendingContest(path, pending, System.err::println).run());
    }
    return 0;
  }
}
