package io.varve.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have. */
abstract class Command implements Callable<Integer> {

  @Option(names = "--debug", description = "Show where in the program an error comes from.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  final boolean debug() {
    return debug;
  }

  /** A message as it may be shown: a command that knows secrets leaves them out. */
  String shown(String message) {
    return message;
  }

  final CommandSpec spec() {
    return spec;
  }

  /** Where results go. */
  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Where progress and remarks go. */
  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
