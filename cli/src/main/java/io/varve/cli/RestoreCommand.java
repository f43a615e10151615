package io.varve.cli;

import io.varve.backup.Repository;
import io.varve.format.Point;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve restore}. */
@CommandLine.Command(
    name = "restore",
    header = "Makes a store of a backup.",
    description = {
      "",
      "In the new store each log goes on at the offset that it had. Every file is checked on the"
          + " way."
    },
    footer = {
      "",
      "Examples:",
      "  ./varve restore /mnt/backups /var/lib/restored",
      "  ./varve restore /mnt/backups /var/lib/restored --point 17",
      "",
      "Exit codes: 0 fine; 1 the backup is damaged, what is in the folder is no store; 2 wrong usage,"
          + " no repository, no such point, or a folder that is not empty; 3 it could not be done."
    })
final class RestoreCommand extends Command {

  @Parameters(index = "0", paramLabel = "REPOSITORY", description = "The repository's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Parameters(
      index = "1",
      paramLabel = "FOLDER",
      description = "Where the store goes: an empty folder, or one that isn't there.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path target;

  @Option(
      names = "--point",
      paramLabel = "N",
      description = "The backup's number, as varve backups tells it. Default: the newest.")
  private @Nullable Long number;

  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() {
    Repository repository = Repository.open(path);
    Point point = number == null ? repository.newest() : repository.point(number);
    try {
      repository.restore(point, target, progress.of(err(), "restore"));
    } finally {
      progress.end(err());
    }
    out()
        .println(
            "point "
                + point.number()
                + " of "
                + Show.time(point.takenMs())
                + ": "
                + Show.count(point.events())
                + " events in "
                + target);
    out().flush();
    return ExitCode.FINE;
  }
}
