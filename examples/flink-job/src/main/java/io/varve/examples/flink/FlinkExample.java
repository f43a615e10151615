package io.varve.examples.flink;

import io.varve.examples.flink.cluster.FlinkJars;
import io.varve.examples.flink.report.Outcome;
import io.varve.examples.flink.report.OutcomePage;
import io.varve.examples.flink.run.ExampleRun;
import io.varve.examples.input.InputException;
import io.varve.examples.run.RunEnd;
import io.varve.examples.run.Screen;
import io.varve.examples.run.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The command line of the example; {@code examples/flink-job/run} builds and starts it.
 *
 * <p>Thread: confined to main's.
 */
@Command(
    name = "examples/flink-job/run",
    separator = " ",
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Runs a Flink job on RocksDB and on Varve, kills, rescales, changes over, compares.",
    description = {
      "",
      "Starts a real Kafka broker and a real Flink cluster on this machine, as processes of their own"
          + " on free ports of 127.0.0.1. A job with windows, a join and timers reads orders and"
          + " payments and writes its results exactly once. It begins on one state backend; a task"
          + " manager is killed with SIGKILL; the job is rescaled; and it goes on with the other"
          + " backend, from a canonical savepoint. Then the same the other way round. All results"
          + " are compared with those worked out without Flink. Nothing is left running.",
      ""
    },
    optionListHeading = "Options:%n",
    footer = {
      "",
      "Exit status: 0 if every result came out once; 1 if not; 2 if the example could not be run.",
    })
public final class FlinkExample implements Callable<Integer> {
  /** In each part that is fed there must be some for every partition. */
  private static final int ORDERS_MIN = 10_000;

  private static final int CLEAN = 0;
  private static final int DIFFERENCES = 1;
  private static final int FAILED = 2;

  @Option(
      names = "--orders",
      paramLabel = "N",
      defaultValue = "500000",
      description =
          "How many orders; there are nearly as many payments. Default: ${DEFAULT-VALUE}.")
  private int orders;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = "varve-flink-job.html",
      description = "Where to write the HTML page. Default: ${DEFAULT-VALUE}.")
  private Path reportFile = Path.of("varve-flink-job.html");

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "A new or empty folder for Kafka's data, checkpoints and logs, which stay there."
              + " By default a temporary one that is removed at the end.")
  private @Nullable Path work;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  private final Screen screen;
  private final RunEnd end;
  private final Path module;

  private FlinkExample(Screen screen, Path module) {
    this.screen = screen;
    this.end =
        new RunEnd(screen, "The example", "logs, checkpoints and Kafka's data", "Flink and Kafka");
    this.module = module;
  }

  /** See {@code examples/flink-job/run --help}. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // One way to write numbers, whatever the machine's.
    Screen screen =
        new Screen(
            System.out,
            Integer.getInteger("varve.example.columns", 0),
            System.getenv("NO_COLOR") == null);
    FlinkExample example =
        new FlinkExample(screen, Path.of(System.getProperty("varve.example.module", ".")));
    System.exit(
        new CommandLine(example)
            .setParameterExceptionHandler((mistake, given) -> example.misused(mistake))
            .setExecutionExceptionHandler((failure, line, parsed) -> example.failed(failure))
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Path parent = reportFile.toAbsolutePath().getParent();
    if (orders < ORDERS_MIN) {
      throw new InputException("--orders %d: expected %d or more".formatted(orders, ORDERS_MIN));
    }
    if (Files.isDirectory(reportFile) || parent == null || !Files.isWritable(parent)) {
      throw new InputException(
          "--report %s cannot be written; name a file in a folder that exists"
              .formatted(reportFile));
    }
    screen.line(screen.strong("A Flink job on RocksDB and on Varve: kill, rescale, change over"));
    try (WorkFolder folder = WorkFolder.open(work)) {
      return run(folder);
    }
  }

  private int run(WorkFolder folder) throws IOException {
    try (ExampleRun run = ExampleRun.open(screen, folder.path(), new FlinkJars(module), orders)) {
      end.atInterrupt(folder, run::close);
      Outcome outcome = run.run();
      Files.writeString(reportFile, OutcomePage.render(outcome));
      screen.step("stopping Flink and Kafka");
      run.close();
      outcome.print(screen);
      screen.line("with pictures: " + reportFile.toAbsolutePath().normalize().toUri());
      if (!outcome.clean()) {
        end.leaveBehind(folder);
      }
      end.finish();
      return outcome.clean() ? CLEAN : DIFFERENCES;
    } catch (IOException | RuntimeException e) {
      end.leaveBehind(folder);
      throw e;
    }
  }

  private int misused(ParameterException mistake) {
    screen.line(
        screen.bad(String.valueOf(mistake.getMessage())) + "; see examples/flink-job/run --help");
    return FAILED;
  }

  private int failed(Exception failure) {
    end.tell(failure);
    return FAILED;
  }
}
