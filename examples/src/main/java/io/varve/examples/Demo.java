package io.varve.examples;

import io.varve.cluster.KeptCluster;
import io.varve.examples.input.EventChoice;
import io.varve.examples.input.EventSet;
import io.varve.examples.input.InputException;
import io.varve.examples.report.Page;
import io.varve.examples.report.RunReport;
import io.varve.examples.report.TimeRange;
import io.varve.examples.run.DemoRun;
import io.varve.examples.run.RunEnd;
import io.varve.examples.run.RunSettings;
import io.varve.examples.run.Screen;
import io.varve.examples.run.SliceChoice;
import io.varve.examples.run.VerdictTable;
import io.varve.examples.run.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The command line of the demo; {@code ./demo} builds and starts it.
 *
 * <p>Thread: confined to main's.
 */
@Command(
    name = "./demo",
    separator = " ",
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Archives a Kafka topic with Varve, kills the worker, replays, and compares.",
    description = {
      "",
      "Starts a real Kafka broker and a real Connect worker on this machine, as processes of their"
          + " own on free ports of 127.0.0.1, and then:",
      "",
      "  1. produces events into a topic of four partitions,",
      "  2. archives the topic with Varve's sink connector, kills the worker with",
      "     SIGKILL in the middle, and starts it again,",
      "  3. replays one time range of the archive into a second topic, exactly once,",
      "     and the whole archive into a third,",
      "  4. compares topic, archive and replays event by event: key, value, headers,",
      "     timestamp, partition and order,",
      "  5. prints the verdict and writes it with pictures to an HTML page.",
      "",
      "By default the events are the package releases in this machine's Debian changelogs, each at"
          + " the time of its release; where there are none, a sample that ships with the demo."
          + " Nothing is left running.",
      ""
    },
    optionListHeading = "Options:%n",
    footer = {
      "",
      "Examples:",
      "  ./demo                    all releases on this machine, about a minute",
      "  ./demo --events 1000000   the releases again and again, up to a million",
      "  ./demo --from 2005-06-06 --to 2007-04-08",
      "  ./demo --input clicks.jsonl --key user --time at",
      "  zcat logs.gz | ./demo --input - --key /host/name --time ts",
      "  ./demo --keep             then look around: REST, topics, the store's files",
      "",
      "Exit status: 0 if everything came back once, unchanged and in order; 1 if not; 2 if the demo"
          + " could not be run.",
    })
public final class Demo implements Callable<Integer> {
  private static final int CLEAN = 0;
  private static final int DIFFERENCES = 1;
  private static final int FAILED = 2;

  @Option(
      names = "--events",
      paramLabel = "N",
      description = "Produce exactly N events: the first ones, or all of them again and again.")
  private @Nullable Integer events;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "Take the events from FILE instead, or with - from standard input: JSON lines, one object"
              + " a line. The line is the event's value. A FILE that ends in .gz is unpacked.")
  private @Nullable String input;

  @Option(
      names = "--key",
      paramLabel = "FIELD",
      description =
          "With --input: the field that is the event's key; a name, or a JSON pointer such as"
              + " /user/id. Without it events have no key.")
  private @Nullable String key;

  @Option(
      names = "--time",
      paramLabel = "FIELD",
      description =
          "With --input: the field that is the event's time, ISO-8601 or epoch milliseconds.")
  private @Nullable String time;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Replay events from this time on: ISO-8601, such as 2020-01-01 or 2020-01-01T12:00:00Z,"
              + " or epoch milliseconds. By default the year in the middle.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Replay events before this time.")
  private @Nullable String to;

  @Option(
      names = "--pace",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "Take this long over producing, so that the kill comes in the middle of it; 0 is as fast"
              + " as possible. Default: ${DEFAULT-VALUE}.")
  private double paceSeconds;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = "varve-demo.html",
      description = "Where to write the HTML page. Default: ${DEFAULT-VALUE}.")
  private Path reportFile = Path.of("varve-demo.html");

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "A new or empty folder for the archive, Kafka's data and the logs, which stay there."
              + " By default a temporary one that is removed at the end.")
  private @Nullable Path work;

  @Option(
      names = "--keep",
      description = "Leave cluster and files as they are at the end and say how to look around.")
  private boolean keep;

  @Option(
      names = "--stop",
      paramLabel = "DIR",
      description = "Only end the cluster that a run with --keep left up in DIR.")
  private @Nullable Path stop;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  private final Screen screen;
  private final RunEnd end;
  private final Path project;

  private Demo(Screen screen, Path project) {
    this.screen = screen;
    this.end =
        new RunEnd(screen, "The demo", "archive, Kafka's data and logs", "worker and broker");
    this.project = project;
  }

  /** See {@code ./demo --help}. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // One way to write numbers, whatever the machine's.
    int columns = Integer.getInteger("varve.demo.columns", 0);
    boolean color = System.getenv("NO_COLOR") == null;
    Screen screen = new Screen(System.out, columns, color);
    Demo demo = new Demo(screen, Path.of(System.getProperty("varve.demo.project", ".")));
    System.exit(
        new CommandLine(demo)
            .setParameterExceptionHandler((mistake, given) -> demo.misused(mistake))
            .setExecutionExceptionHandler((failure, line, parsed) -> demo.failed(failure))
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (stop != null) {
      int ended = KeptCluster.end(stop);
      screen.line("ended %d processes; their files are still in %s".formatted(ended, stop));
      return CLEAN;
    }
    checkReport();
    screen.line(screen.strong("Varve demo: archive a topic, kill the worker, replay, compare"));
    EventSet set = new EventChoice(events, input, key, time).read();
    TimeRange slice = new SliceChoice(from, to).of(set.timesMs());
    screen.step("%,d events: %s", set.events().size(), set.origin());
    try (WorkFolder folder = WorkFolder.open(work)) {
      String topic = input == null ? "releases" : "events";
      Duration pace = Duration.ofMillis((long) (paceSeconds * 1000));
      return run(new RunSettings(project, folder.path(), topic, set, slice, pace), folder);
    }
  }

  private int run(RunSettings settings, WorkFolder folder) throws IOException {
    try (DemoRun run = DemoRun.open(settings, screen)) {
      end.atInterrupt(folder, run::close);
      RunReport report = run.run();
      Files.writeString(reportFile, Page.render(report));
      if (!keep) {
        run.stop();
      }
      VerdictTable.print(report, screen);
      screen.line("with pictures: " + reportFile.toAbsolutePath().normalize().toUri());
      if (keep) {
        folder.keep();
        run.keep();
      } else if (!report.clean()) {
        end.leaveBehind(folder);
      }
      end.finish();
      return report.clean() ? CLEAN : DIFFERENCES;
    } catch (IOException | RuntimeException e) {
      end.leaveBehind(folder);
      throw e;
    }
  }

  /** What can be known to fail at the end fails at the start. */
  private void checkReport() {
    if (paceSeconds < 0) {
      throw new InputException("--pace %s: expected 0 or more seconds".formatted(paceSeconds));
    }
    Path folder = reportFile.toAbsolutePath().getParent();
    if (Files.isDirectory(reportFile) || folder == null || !Files.isWritable(folder)) {
      throw new InputException(
          "--report %s cannot be written; name a file in a folder that exists"
              .formatted(reportFile));
    }
  }

  private int misused(ParameterException mistake) {
    screen.line(screen.bad(String.valueOf(mistake.getMessage())) + "; see ./demo --help");
    return FAILED;
  }

  private int failed(Exception failure) {
    end.tell(failure);
    return FAILED;
  }
}
