package io.varve.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How a table is printed. */
final class TableOutput {

  @Option(
      names = "--json",
      description = "Print JSON: an array with an object for each line of the table.")
  private boolean json;

  boolean json() {
    return json;
  }

  void print(Table table, PrintWriter out) {
    if (json) {
      out.println(table.toJson().toPrettyString());
    } else {
      table.print(out);
    }
    out.flush();
  }
}
