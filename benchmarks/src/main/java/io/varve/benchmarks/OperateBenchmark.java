package io.varve.benchmarks;

import io.varve.benchmarks.operate.OperateRun;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what it costs to run a store that has grown: recovery, seeks, many segments, compaction
 * beside appends, backups. Prints Markdown to standard output and progress to standard error.
 */
@Command(
    name = "operate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures recovery, seeks, many segments, compaction and backups of a large log.",
      "Needs a little more than twice as much room on the disk as --gib says."
    })
public final class OperateBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "operate-benchmark");

  @Option(
      names = "--gib",
      description = "Size of the log in GiB, such as 10 or 0.5. Default: ${DEFAULT-VALUE}")
  private double gib = 10;

  @Option(names = "--rounds", description = "Rounds that count. Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(
      names = "--only",
      description =
          "Regular expression of what is measured: recovery, backup, segments, compaction.")
  private Pattern only = Pattern.compile("");

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new OperateBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    new OperateRun(
            folder.resolve("" + ProcessHandle.current().pid()).toAbsolutePath(),
            (long) (gib * (1 << 30)),
            rounds,
            only.asPredicate(),
            System.err::println,
            System.out::println)
        .run();
    return 0;
  }
}
