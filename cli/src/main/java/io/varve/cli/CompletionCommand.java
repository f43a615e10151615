package io.varve.cli;

import picocli.AutoComplete;
import picocli.CommandLine;

/** {@code varve completion}. */
@CommandLine.Command(
    name = "completion",
    header = "Prints a script that completes commands and options in bash and zsh.",
    footer = {
      "",
      "Example:",
      "  source <(./varve completion)     for this shell; then call the tool as varve,",
      "                                   with its folder in PATH",
      "",
      "Exit codes: 0 fine; 2 wrong usage."
    })
final class CompletionCommand extends Command {

  @Override
  public Integer call() {
    out().print(AutoComplete.bash("varve", spec().root().commandLine()));
    out().flush();
    return ExitCode.FINE;
  }
}
