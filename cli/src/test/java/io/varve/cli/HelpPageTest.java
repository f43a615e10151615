package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * {@code docs/cli.md} is made from the commands' own help. To make it anew, run this test with
 * {@code -Dvarve.docs.write=true}.
 */
final class HelpPageTest {

  private static final Path PAGE = Path.of("..", "docs", "cli.md");

  private static final String INTRODUCTION =
      """
      # The command-line tool

      `./varve` builds itself when it is called for the first time; it needs a JDK 17 or later and Maven. This page is what
      `./varve --help` and `./varve COMMAND --help` print.
      """;

  @Test
  void thePageIsWhatTheCommandsSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean("varve.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).as("run this test with -Dvarve.docs.write=true").hasContent(page);
  }

  @Test
  void everyCommandTellsItsExitCodesAndGivesAnExample() {
    for (CommandLine command : Varve.commandLine().getSubcommands().values()) {
      String help = help(command);

      assertThat(help).contains("Exit codes: 0").contains("Example").contains("./varve ");
    }
  }

  private static String page() {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    CommandLine varve = Varve.commandLine();
    append(page, "varve", varve);
    appendAll(page, "varve", varve);
    return page.toString();
  }

  private static void appendAll(StringBuilder page, String of, CommandLine all) {
    all.getSubcommands()
        .forEach(
            (name, command) -> {
              append(page, of + " " + name, command);
              appendAll(page, of + " " + name, command);
            });
  }

  private static void append(StringBuilder page, String title, CommandLine command) {
    page.append("\n## ").append(title).append("\n\n```text\n");
    page.append(help(command).strip()).append("\n```\n");
  }

  private static String help(CommandLine command) {
    command.setUsageHelpAutoWidth(false).setUsageHelpWidth(100);
    return command.getUsageMessage(Ansi.OFF);
  }
}
