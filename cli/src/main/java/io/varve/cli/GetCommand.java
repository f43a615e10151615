package io.varve.cli;

import io.varve.LatestSettings;
import io.varve.LatestView;
import io.varve.Store;
import io.varve.event.Encoding;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve get}. */
@CommandLine.Command(
    name = "get",
    header = "Prints the latest event of a key.",
    footer = {
      "",
      "The event is printed as cat prints it, with its partition in front. A key whose latest event"
          + " is a tombstone, or was taken by retention, is not there.",
      "",
      "The first time the whole stream is read, and a table of its keys is kept in the store, from"
          + " 20 to 40 bytes for each; after that only what is new is read. The table can be deleted"
          + " at any time (the folders views in those of the partitions); it is made anew then.",
      "",
      "Examples:",
      "  ./varve get /var/lib/varve customers customer-17",
      "  ./varve get /var/lib/varve customers customer-17 --format json | jq .value.decoded",
      "  ./varve get /var/lib/varve customers 0x00ff --no-save",
      "",
      "Exit codes: 0 found; 1 a file is damaged; 2 wrong usage, no such store or stream; 3 it could"
          + " not be read; 4 there is no such key."
    })
final class GetCommand extends Command {

  @Parameters(index = "0", paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path folder;

  @Parameters(index = "1", paramLabel = "STREAM", description = "A stream; its newest generation.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String stream;

  @Parameters(
      index = "2",
      paramLabel = "KEY",
      description = "A text, or bytes in hexadecimal such as 0x00ff.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String key;

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private EventFormat format = EventFormat.TEXT;

  @Option(
      names = "--no-save",
      negatable = true,
      description = "Whether the table of keys is kept in the store, for the next time.")
  private boolean save = true;

  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() {
    byte[] wanted = ByteText.parse("KEY", key);
    try (Store store = Store.openReadOnly(folder);
        LatestView view =
            store.openLatest(
                stream,
                LatestSettings.defaults().withSaved(save),
                (log, offset, end) -> progress.offsets(err(), "reading " + log, offset, end))) {
      progress.end(err());
      LatestView.Found found = latest(view, wanted);
      if (found == null) {
        err().println("No event with the key " + key + " in " + stream);
        return ExitCode.NOT_FOUND;
      }
      out()
          .println(
              format
                  .lines(StructuredValues.readable(store), true)
                  .apply(found.log().partition(), found.event()));
      out().flush();
      return ExitCode.FINE;
    }
  }

  /** The bytes may have been written as a text, as bytes, or as a structured key. */
  private static LatestView.@Nullable Found latest(LatestView view, byte[] wanted) {
    LatestView.Found latest = null;
    for (Encoding encoding : Encoding.values()) {
      LatestView.Found found = view.get(encoding, wanted);
      if (found != null
          && (latest == null || found.event().timestampMs() > latest.event().timestampMs())) {
        latest = found;
      }
    }
    return latest;
  }
}
