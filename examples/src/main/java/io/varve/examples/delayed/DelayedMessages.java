package io.varve.examples.delayed;

import io.varve.examples.input.InputException;
import io.varve.examples.run.RunEnd;
import io.varve.examples.run.Screen;
import io.varve.examples.run.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The command line of the example; {@code examples/delayed-messages/run} builds and starts it.
 *
 * <p>Thread: confined to main's.
 */
@Command(
    name = "examples/delayed-messages/run",
    separator = " ",
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Sends messages that are delivered when they say, and looks when they come.",
    description = {
      "",
      "Starts a real Kafka broker and a real Connect worker on this machine, deploys Varve's sink and"
          + " source with the settings in this folder, sends messages with deliver.at and deliver.after,"
          + " one of which is replaced, one cancelled and one repeated, shows what is pending and what arrives, checks"
          + " that each came once and none early, and draws how late they were. Nothing is left running.",
      ""
    },
    optionListHeading = "Options:%n",
    footer = {
      "",
      "Exit status: 0 if all came as it should; 1 if not; 2 if the example could not be run.",
    })
public final class DelayedMessages implements Callable<Integer> {
  private static final int GOOD = 0;
  private static final int BAD = 1;
  private static final int FAILED = 2;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Send so many. Default: ${DEFAULT-VALUE}.")
  private int messages;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "They fall due at random times within so long. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = "varve-delayed-messages.html",
      description = "Where to write the HTML page. Default: ${DEFAULT-VALUE}.")
  private Path reportFile = Path.of("varve-delayed-messages.html");

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Where to write the picture of lateness by itself, as SVG.")
  private @Nullable Path pictureFile;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "A new or empty folder for the store, Kafka's data and the logs, which stay there. By default"
              + " a temporary one that is removed at the end.")
  private @Nullable Path work;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  private final Screen screen;
  private final RunEnd end;
  private final Path project;
  private final Path folder;

  private DelayedMessages(Screen screen, Path project, Path folder) {
    this.screen = screen;
    this.end =
        new RunEnd(screen, "The example", "store, Kafka's data and logs", "worker and broker");
    this.project = project;
    this.folder = folder;
  }

  /** See {@code examples/delayed-messages/run --help}. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // One way to write numbers, whatever the machine's.
    Screen screen =
        new Screen(
            System.out,
            Integer.getInteger("varve.example.columns", 0),
            System.getenv("NO_COLOR") == null);
    DelayedMessages example =
        new DelayedMessages(
            screen,
            Path.of(System.getProperty("varve.example.project", ".")),
            Path.of(System.getProperty("varve.example.folder", "examples/delayed-messages")));
    System.exit(
        new CommandLine(example)
            .setParameterExceptionHandler((mistake, given) -> example.misused(mistake))
            .setExecutionExceptionHandler((failure, line, parsed) -> example.failed(failure))
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (messages < 1 || !(seconds > 0 && seconds <= 86_400)) {
      throw new InputException("expected 1 or more --messages, and --seconds from 0 to a day");
    }
    screen.line(screen.strong("Varve example: messages that are delivered when they say"));
    try (WorkFolder workFolder = WorkFolder.open(work)) {
      return run(workFolder);
    }
  }

  private int run(WorkFolder workFolder) throws IOException {
    try (DelayedRun run = DelayedRun.open(project, folder, workFolder.path(), screen)) {
      end.atInterrupt(workFolder, run::close);
      DelayedRun.Result result = run.run(messages, seconds);
      run.stop();
      Verdict verdict = Verdict.of(result.plan(), result.arrivals());
      Files.writeString(reportFile, DelayedPage.render(verdict, result.arrivals()));
      if (pictureFile != null) {
        Files.writeString(pictureFile, LatenessChart.file(result.arrivals()));
      }
      print(verdict, result.arrivals());
      if (!verdict.good()) {
        end.leaveBehind(workFolder);
      }
      end.finish();
      return verdict.good() ? GOOD : BAD;
    } catch (IOException | RuntimeException e) {
      end.leaveBehind(workFolder);
      throw e;
    }
  }

  private void print(Verdict verdict, List<Arrival> arrivals) {
    screen.line("");
    for (Verdict.Line line : verdict.lines()) {
      String found = "%,9d".formatted(line.found());
      screen.line(
          "%s of %,9d  %s"
              .formatted(
                  line.good() ? screen.good(found) : screen.bad(found),
                  line.expected(),
                  line.what()));
    }
    lateness("all", arrivals);
    List<Arrival> byDueTime =
        arrivals.stream().sorted(Comparator.comparingLong(Arrival::dueMs)).toList();
    // The worker has only just started: at first it runs code that nobody has compiled.
    lateness("the later half", byDueTime.subList(byDueTime.size() / 2, byDueTime.size()));
    screen.line("with a picture: " + reportFile.toAbsolutePath().normalize().toUri());
  }

  private void lateness(String which, List<Arrival> arrivals) {
    screen.line("lateness of %s, when they came".formatted(which));
    screen.line("  to the worker:   " + Lateness.of(arrivals, Arrival::workerLateMs));
    screen.line("  to the broker:   " + Lateness.of(arrivals, Arrival::brokerLateMs));
    screen.line("  to the consumer: " + Lateness.of(arrivals));
  }

  private int misused(ParameterException mistake) {
    screen.line(screen.bad(String.valueOf(mistake.getMessage())) + "; see --help");
    return FAILED;
  }

  private int failed(Exception failure) {
    end.tell(failure);
    return FAILED;
  }
}
