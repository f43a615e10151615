package io.varve.cli;

import io.varve.Store;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.verify.Problem;
import io.varve.verify.VerifyReport;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve verify}. */
@CommandLine.Command(
    name = "verify",
    header = "Checks every byte of a store that matters.",
    description = {
      "",
      "Compares every checksum, decodes every event, and holds what manifests, commit files, footers"
          + " and indexes say against what is found. All problems are reported, not just the first."
          + " The store may be written and read meanwhile; nothing is changed. A lease keeps what is"
          + " being checked from being deleted."
    },
    footer = {
      "",
      "Of each problem it tells:",
      "  FILE, POSITION  where: the file, and the byte at which the damaged structure begins",
      "  EXPECTED, FOUND what should stand there, and what stands there",
      "  AFFECTED        which events can't be read or trusted; - if every event can: an index, for",
      "                  one, is made anew when it is damaged",
      "",
      "What repairs have lost is told again, with --json on standard error; it is no problem.",
      "",
      "Files that nothing names are listed, too. They are no problem: dead writers left them, or a"
          + " running one is making them, and the next opening for writing deletes what is left.",
      "",
      "Examples:",
      "  ./varve verify /var/lib/varve",
      "  ./varve verify /var/lib/varve --json | jq '.[].affected'",
      "",
      "Exit codes: 0 everything is sound; 1 problems were found; 2 wrong usage or no store; 3 files"
          + " could not be read."
    })
final class VerifyCommand extends Command {

  @Parameters(paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--json", description = "Print the problems as JSON, an array of objects.")
  private boolean json;

  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() {
    VerifyReport report;
    try {
      report = Store.verify(path, (done, total) -> progress.bytes(err(), "verify", done, total));
    } finally {
      progress.end(err());
    }
    if (json) {
      out().println(table(report).toJson().toPrettyString());
      report.notes().forEach(err()::println);
      err().flush();
    } else {
      print(report);
    }
    out().flush();
    return report.sound() ? ExitCode.FINE : ExitCode.PROBLEMS;
  }

  private static Table table(VerifyReport report) {
    Table table =
        new Table(
            new Column("file", Kind.TEXT),
            new Column("position", Kind.COUNT),
            new Column("expected", Kind.TEXT),
            new Column("found", Kind.TEXT),
            new Column("affected", Kind.TEXT));
    for (Problem problem : report.problems()) {
      Problem.Affected affected = problem.affected();
      table.add(
          problem.file(),
          problem.position(),
          problem.expected(),
          problem.found(),
          affected == null ? null : affected.toString());
    }
    return table;
  }

  private void print(VerifyReport report) {
    for (Problem problem : report.problems()) {
      Problem.Affected affected = problem.affected();
      out().println(problem.file() + " at byte " + problem.position());
      out().println("  expected  " + problem.expected());
      out().println("  found     " + problem.found());
      out().println("  affected  " + (affected == null ? "-" : affected));
    }
    report.notes().forEach(out()::println);
    for (String file : report.unnamed()) {
      out().println("named by nothing: " + file);
    }
    VerifyReport.Counts counts = report.counts();
    out()
        .println(
            Show.count(counts.events())
                + " events in "
                + Show.count(counts.batches())
                + " batches, "
                + Show.count(counts.segments())
                + " segments ("
                + Show.bytes(counts.bytes())
                + "), "
                + counts.logs()
                + " logs, "
                + counts.schemas()
                + " schemas: "
                + (report.sound() ? "all sound" : verdict(report.problems().size())));
    if (!report.sound()) {
      out().println("varve repair tells what could be kept without a backup");
    }
  }

  private static String verdict(int problems) {
    return problems == 1 ? "1 problem" : problems + " problems";
  }
}
