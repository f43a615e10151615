package io.varve.cli;

import io.varve.Snapshots;
import io.varve.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve snapshot}. */
@CommandLine.Command(
    name = "snapshot",
    header = "Makes, lists and drops snapshots of a store.",
    description = {
      "",
      "A snapshot takes the same short time however large the store is, and keeps the segments that"
          + " there were, whatever retention says, until it is dropped."
    },
    footer = {
      "",
      "Examples:",
      "  ./varve snapshot /var/lib/varve                      the names of all snapshots",
      "  ./varve snapshot /var/lib/varve before-upgrade",
      "  ./varve snapshot /var/lib/varve before-upgrade --drop",
      "",
      "Exit codes: 0 fine; 1 a file is damaged; 2 wrong usage, no store, or a name that is taken or"
          + " unknown; 3 it could not be done."
    })
final class SnapshotCommand extends Command {

  @Parameters(index = "0", paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The snapshot's name; without it, the names of all are printed.")
  private @Nullable String name;

  @Option(names = "--drop", description = "Drop the snapshot.")
  private boolean drop;

  @Override
  public Integer call() {
    String chosen = name;
    if (chosen == null && drop) {
      throw new BadInputException("--drop needs the NAME of a snapshot");
    }
    try (Store store = Store.openReadOnly(path)) {
      Snapshots snapshots = store.snapshots();
      if (chosen == null) {
        snapshots.names().forEach(out()::println);
      } else if (drop) {
        snapshots.drop(chosen);
      } else {
        snapshots.create(chosen);
      }
    }
    out().flush();
    return ExitCode.FINE;
  }
}
