package io.varve.benchmarks;

import io.varve.benchmarks.connect.ConnectRun;
import io.varve.benchmarks.measure.ContestOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Runs the connectors in a real worker against connectors that do next to nothing. Prints Markdown
 * to standard output and progress to standard error.
 */
@Command(
    name = "connect",
    mixinStandardHelpOptions = true,
    description = "Runs the connectors in a real worker, against ones that do next to nothing.")
public final class ConnectBenchmark implements Callable<Integer> {

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "connect-benchmark");

  @Option(
      names = "--plugins",
      split = ",",
      description = "Folders of plugins for the worker. Default: ${DEFAULT-VALUE}")
  private List<Path> plugins =
      List.of(
          Path.of("target", "plugins"),
          Path.of("..", "connect-sink", "target", "plugins"),
          Path.of("..", "connect-source", "target", "plugins"));

  @Mixin private ContestOptions contest = new ContestOptions(1, 4_000_000, 1_000_000);

  @Option(names = "--worker-heap-mb", description = "Default: ${DEFAULT-VALUE}")
  private int workerHeapMb = 1536;

  @Option(
      names = "--worker-option",
      description = "One more option for the workers' java, such as -XX:StartFlightRecording.")
  private List<String> workerOptions = List.of();

  @Option(names = "--no-sinks", negatable = true, description = "Whether to measure sinks.")
  private boolean sinks = true;

  @Option(names = "--no-sources", negatable = true, description = "Whether to measure sources.")
  private boolean sources = true;

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.exit(new CommandLine(new ConnectBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    ConnectRun run =
        new ConnectRun(
            folder.toAbsolutePath().normalize(),
            plugins,
            workerHeapMb,
            workerOptions,
            contest.rounds(),
            contest.only(),
            System.err::println);
    contest.print((size, events) -> run.tables(size, events, sinks, sources));
    return 0;
  }
}
