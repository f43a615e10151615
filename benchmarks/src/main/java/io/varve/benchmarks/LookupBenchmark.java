package io.varve.benchmarks;

import io.varve.benchmarks.lookup.LookupContest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Looks keys up in a view of the latest events and in RocksDB. Prints Markdown to standard output
 * and progress to standard error.
 */
@Command(
    name = "lookup",
    mixinStandardHelpOptions = true,
    description = "Looks keys up in a stream's view of the latest events, and in RocksDB.")
public final class LookupBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "lookup-benchmark");

  @Option(names = "--keys", description = "How many keys. Default: ${DEFAULT-VALUE}")
  private long keys = 10_000_000;

  @Option(names = "--bytes", description = "Size of a value. Default: ${DEFAULT-VALUE}")
  private int bytes = 100;

  @Option(names = "--lz4", description = "Both compress.")
  private boolean lz4;

  @Option(
      names = "--batch-bytes",
      description = "Varve's batches; RocksDB's blocks have 4 KiB. Default: ${DEFAULT-VALUE}")
  private int batchBytes = 2 << 10;

  @Option(
      names = "--cache-megabytes",
      description = "The cache that holds everything, in MiB. Default: ${DEFAULT-VALUE}")
  private long cacheMegabytes = 3 << 10;

  @Option(names = "--rounds", description = "Rounds of three turns each. Default: ${DEFAULT-VALUE}")
  private int rounds = 2;

  @Option(names = "--lookups", description = "Keys in a turn. Default: ${DEFAULT-VALUE}")
  private long lookups = 1_000_000;

  @Option(names = "--cold-lookups", description = "Keys in a cold turn. Default: ${DEFAULT-VALUE}")
  private long coldLookups = 5_000;

  @Option(names = "--only", description = "Regular expression of the tables' titles.")
  private Pattern only = Pattern.compile("");

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new LookupBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    System.out.print(
        new LookupContest(
                folder.resolve("" + ProcessHandle.current().pid()),
                keys,
                bytes,
                lz4,
                batchBytes,
                cacheMegabytes << 20,
                rounds,
                lookups,
                coldLookups,
                only.asPredicate(),
                System.err::println)
            .run());
    return 0;
  }
}
