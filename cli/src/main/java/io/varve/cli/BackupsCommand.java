package io.varve.cli;

import io.varve.backup.ExpiryReport;
import io.varve.backup.Keep;
import io.varve.backup.Repository;
import io.varve.base.CorruptionException;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.format.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve backups}. */
@CommandLine.Command(
    name = "backups",
    header = "Lists the backups in a repository, checks them, and drops old ones.",
    footer = {
      "",
      "Columns:",
      "  POINT   the backup's number; varve restore takes it",
      "  TAKEN   when",
      "  STORE   the id of the store, as varve inspect STORE/STORE tells it",
      "  LOGS    how many",
      "  EVENTS  in all of them",
      "  BYTES   of all files that it names, most of which other backups name, too",
      "",
      "Examples:",
      "  ./varve backups /mnt/backups",
      "  ./varve backups /mnt/backups --verify",
      "  ./varve backups /mnt/backups --keep 30",
      "",
      "Exit codes: 0 fine; 1 a backup is damaged; 2 wrong usage or no repository; 3 it could not be"
          + " done."
    })
final class BackupsCommand extends Command {

  @Parameters(paramLabel = "REPOSITORY", description = "The repository's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--verify", description = "Compare every file with its checksum.")
  private boolean verify;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Before listing, delete all but the newest N of each store, for good.")
  private @Nullable Integer keep;

  @Mixin private final TableOutput output = new TableOutput();
  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() {
    Repository repository = Repository.open(path);
    Integer count = keep;
    if (count != null) {
      ExpiryReport report = repository.expire(Keep.newest(count));
      err()
          .println(
              "deleted "
                  + report.points()
                  + " points, "
                  + Show.bytes(report.bytes())
                  + " of files");
      err().flush();
    }
    Table table =
        new Table(
            new Column("point", Kind.COUNT),
            new Column("taken", Kind.TIME),
            new Column("store", Kind.TEXT),
            new Column("logs", Kind.COUNT),
            new Column("events", Kind.COUNT),
            new Column("bytes", Kind.BYTES));
    List<CorruptionException> damages = new ArrayList<>();
    for (Point point : repository.points()) {
      table.add(
          point.number(),
          point.takenMs(),
          point.storeId().toString(),
          point.logs().size(),
          point.events(),
          point.bytes());
      if (verify) {
        damages.addAll(
            repository.verify(point, progress.of(err(), "verify point " + point.number())));
        progress.end(err());
      }
    }
    output.print(table, out());
    damages.forEach(damage -> err().println(damage.getMessage()));
    err().flush();
    return damages.isEmpty() ? ExitCode.FINE : ExitCode.PROBLEMS;
  }
}
