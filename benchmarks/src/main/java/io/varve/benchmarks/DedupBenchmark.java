package io.varve.benchmarks;

import io.varve.benchmarks.dedup.DedupContest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Checks message ids and puts them in, in a log's window and in RocksDB. Prints Markdown to
 * standard output and progress to standard error.
 */
@Command(
    name = "dedup",
    mixinStandardHelpOptions = true,
    description = "Checks message ids and puts them in, in a log's window and in RocksDB.")
public final class DedupBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "dedup-benchmark");

  @Option(
      names = "--ids",
      description =
          "How many ids are in the window; 100000000 takes 8 GB. Default: ${DEFAULT-VALUE}")
  private long ids = 10_000_000;

  @Option(names = "--calls", description = "Calls that are measured. Default: ${DEFAULT-VALUE}")
  private long calls = 5_000_000;

  @Option(names = "--rounds", description = "Rounds of two turns each. Default: ${DEFAULT-VALUE}")
  private int rounds = 2;

  @Option(
      names = "--memory-megabytes",
      description =
          "Memory for the window, and for RocksDB's block cache, in MiB."
              + " Default: eight bytes an id")
  private long memoryMegabytes;

  @Option(names = "--only", description = "varve or rocksdb alone.")
  private String only = "";

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new DedupBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    long memory = memoryMegabytes > 0 ? memoryMegabytes << 20 : Math.max(8 << 20, 8 * ids);
    System.out.print(
        new DedupContest(
                folder.resolve("" + ProcessHandle.current().pid()),
                ids,
                calls,
                rounds,
                memory,
                only,
                System.err::println)
            .run());
    return 0;
  }
}
