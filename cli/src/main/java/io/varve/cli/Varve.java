package io.varve.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** The tool; {@code ./varve} builds and starts it. */
@CommandLine.Command(
    name = "varve",
    header = "Looks into stores of events, checks them, and takes events out and in.",
    description = {
      "",
      "A STORE is the folder that a connector's store.path names. It may be written and read while"
          + " the tool looks at it: nothing is changed, and nothing but a lease is left while"
          + " reading. Only import, index, snapshot, restore and repair (and bench, in a folder of its"
          + " own) write, and offsets where it commits; get keeps a table of keys beside the events,"
          + " and replay and offsets translate one of offsets.",
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "varve COMMAND --help tells more, with examples.",
      "",
      "Exit codes: 0 fine; 1 problems were found in a store; 2 wrong usage or input that can't be"
          + " taken; 3 it could not be done; 4 get, pending: no such key"
          + " or id.",
    },
    subcommands = {
      StreamsCommand.class,
      SubscriptionsCommand.class,
      CatCommand.class,
      GetCommand.class,
      PendingCommand.class,
      VerifyCommand.class,
      InspectCommand.class,
      StatsCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      ReplayCommand.class,
      OffsetsCommand.class,
      IndexCommand.class,
      SnapshotCommand.class,
      BackupCommand.class,
      BackupsCommand.class,
      RestoreCommand.class,
      RepairCommand.class,
      BenchCommand.class,
      CompletionCommand.class
    })
public final class Varve extends Command {

  private static final long GRACE_SECONDS = 3;

  /** See {@code ./varve --help}. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // One way to write numbers, whatever the machine's.
    CountDownLatch ended = new CountDownLatch(1);
    endInOrder(Thread.currentThread(), ended);
    int exitCode =
        commandLine()
            .setOut(writer(FileDescriptor.out))
            .setErr(writer(FileDescriptor.err))
            .execute(arguments);
    ended.countDown();
    System.exit(exitCode);
  }

  /** At Ctrl-C lets the command give back what it holds: leases, its work folder. */
  private static void endInOrder(Thread command, CountDownLatch ended) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (ended.getCount() > 0) {
                    command.interrupt();
                    awaitQuietly(ended);
                  }
                }));
  }

  private static void awaitQuietly(CountDownLatch ended) {
    try {
      if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("interrupted; a lease may be left, which the next writer takes away");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The tool's command line, which prints to standard output unless it is told otherwise. */
  static CommandLine commandLine() {
    CommandLine varve = new CommandLine(new Varve());
    layOut(varve);
    return varve
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Failures::misused)
        .setExecutionExceptionHandler(Failures::failed);
  }

  /** What the help of all commands has in common. */
  private static void layOut(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .synopsisHeading("%nUsage: ")
        .parameterListHeading("%nArguments:%n")
        .optionListHeading("%nOptions:%n")
        .sortOptions(false);
    command.getSubcommands().values().forEach(Varve::layOut);
  }

  private static PrintWriter writer(FileDescriptor target) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(target), StandardCharsets.UTF_8));
  }

  @Override
  public Integer call() {
    spec().commandLine().usage(out());
    out().flush();
    return ExitCode.FINE;
  }
}
