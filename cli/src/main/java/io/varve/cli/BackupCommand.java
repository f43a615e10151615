package io.varve.cli;

import io.varve.Store;
import io.varve.backup.BackupReport;
import io.varve.backup.Repository;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve backup}. */
@CommandLine.Command(
    name = "backup",
    header = "Backs a store up into a repository of backups.",
    description = {
      "",
      "The store may be written and read meanwhile. Only what the repository does not hold yet is"
          + " copied. A repository that is not there is made."
    },
    footer = {
      "",
      "Examples:",
      "  ./varve backup /var/lib/varve /mnt/backups",
      "  ./varve backup /var/lib/varve /mnt/backups --snapshot before-upgrade",
      "",
      "Exit codes: 0 fine; 1 a file of the store is damaged, no backup is made; 2 wrong usage or no"
          + " store; 3 it could not be done."
    })
final class BackupCommand extends Command {

  @Parameters(index = "0", paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Parameters(index = "1", paramLabel = "REPOSITORY", description = "The repository's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path repository;

  @Option(
      names = "--snapshot",
      paramLabel = "NAME",
      description = "Back up what the store was when this snapshot was made.")
  private @Nullable String snapshot;

  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() {
    BackupReport report;
    try (Store store = Store.openReadOnly(path)) {
      report =
          Repository.create(repository)
              .backup(store.backupSource(), snapshot, progress.of(err(), "backup"));
    } finally {
      progress.end(err());
    }
    out()
        .println(
            "point "
                + report.point().number()
                + ": "
                + Show.count(report.point().events())
                + " events; "
                + report.filesCopied()
                + " files ("
                + Show.bytes(report.bytesCopied())
                + ") copied, "
                + Show.bytes(report.bytesThere())
                + " were there already; "
                + Show.duration(Duration.ofMillis(report.elapsedMs())));
    out().flush();
    return ExitCode.FINE;
  }
}
