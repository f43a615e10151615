package io.varve.cli;

import io.varve.base.BadEventException;
import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.base.NoSuchStreamException;
import io.varve.query.BadFilterException;
import io.varve.query.UnreadableEventException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns whatever a command throws into one line and an exit code. */
final class Failures {

  private Failures() {}

  /** Wrong usage. */
  static int misused(ParameterException mistake, String[] arguments) {
    CommandLine line = mistake.getCommandLine();
    PrintWriter err = line.getErr();
    err.println(
        mistake.getMessage() + "; see " + line.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return ExitCode.BAD_INPUT;
  }

  /** What a command threw. */
  static int failed(Exception failure, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    line.getOut().flush();
    Command command = line.getCommand() instanceof Command given ? given : null;
    String text = command != null && command.debug() ? trace(failure) : message(failure);
    err.println(command == null ? text : command.shown(text));
    err.flush();
    return exitCode(failure);
  }

  private static String trace(Exception failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString().stripTrailing();
  }

  private static String message(Exception failure) {
    if (failure instanceof NoSuchFileException missing) {
      return "There is no file " + missing.getFile();
    }
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  private static int exitCode(Exception failure) {
    if (failure instanceof CorruptionException || failure instanceof UnreadableEventException) {
      return ExitCode.PROBLEMS;
    }
    return failure instanceof BadInputException
            || failure instanceof BadFilterException
            || failure instanceof BadSettingException
            || failure instanceof BadEventException
            || failure instanceof NoSuchStreamException
            || failure instanceof NoSuchFileException
        ? ExitCode.BAD_INPUT
        : ExitCode.FAILED;
  }
}
