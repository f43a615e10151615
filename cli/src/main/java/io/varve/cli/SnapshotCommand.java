package io.varve.cli;

import io.varve.Snapshots;
import io.varve.Store;
import io.varve.base.CorruptionException;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.format.Snapshot;
import java.nio.file.Path;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
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
      "Columns of the list:",
      "  NAME    as it was given",
      "  TAKEN   when; each log has a moment of its own, and this is the first",
      "  LOGS    how many have a snapshot of that name",
      "  EVENTS  in all of them",
      "  BYTES   of the segments that it keeps, which the store or other snapshots may need, too",
      "",
      "Examples:",
      "  ./varve snapshot /var/lib/varve",
      "  ./varve snapshot /var/lib/varve before-upgrade",
      "  ./varve snapshot /var/lib/varve before-upgrade --drop",
      "",
      "Exit codes: 0 fine; 1 a file is damaged, for one a snapshot's, which is listed without"
          + " figures; 2 wrong usage, no store, or a name that is taken or"
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
      description = "The snapshot's name; without it, all are listed.")
  private @Nullable String name;

  @Option(names = "--drop", description = "Drop the snapshot.")
  private boolean drop;

  @Mixin private final TableOutput output = new TableOutput();

  @Override
  public Integer call() {
    String chosen = name;
    if (chosen == null && drop) {
      throw new BadInputException("--drop needs the NAME of a snapshot");
    }
    try (Store store = Store.openReadOnly(path)) {
      Snapshots snapshots = store.snapshots();
      if (chosen == null) {
        return list(snapshots);
      }
      if (drop) {
        snapshots.drop(chosen);
      } else {
        snapshots.create(chosen);
      }
    }
    return ExitCode.FINE;
  }

  private int list(Snapshots snapshots) {
    Table table =
        new Table(
            new Column("name", Kind.TEXT),
            new Column("taken", Kind.TIME),
            new Column("logs", Kind.COUNT),
            new Column("events", Kind.COUNT),
            new Column("bytes", Kind.BYTES));
    boolean damaged = false;
    for (String each : snapshots.names()) {
      try {
        Collection<Snapshot> logs = snapshots.get(each).values();
        table.add(
            each,
            logs.stream().mapToLong(Snapshot::takenMs).min().stream()
                .boxed()
                .findFirst()
                .orElse(null),
            logs.size(),
            logs.stream().mapToLong(Snapshot::events).sum(),
            logs.stream().mapToLong(Snapshot::bytes).sum());
      } catch (CorruptionException e) {
        damaged = true;
        table.add(each, null, null, null, null);
        err().println(e.getMessage());
      }
    }
    output.print(table, out());
    err().flush();
    return damaged ? ExitCode.PROBLEMS : ExitCode.FINE;
  }
}
