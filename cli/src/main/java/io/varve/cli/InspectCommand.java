package io.varve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.io.PosixDirectory;
import io.varve.verify.FileInspector;
import io.varve.verify.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve inspect}. */
@CommandLine.Command(
    name = "inspect",
    header = "Tells in words what stands in a file of a store.",
    description = {
      "",
      "Takes any of them: STORE, segments (.log), indexes (.idx), manifests, commit files, leases,"
          + " schemas; also damaged ones and parts of them. It shows as far as it goes and says where"
          + " it stops. docs/FORMAT.md says what the words mean."
    },
    footer = {
      "",
      "A line has the position in the file, what stands there, and what it says; an exclamation mark"
          + " in front means that it is not as it was written.",
      "",
      "Examples:",
      "  ./varve inspect /var/lib/varve/STORE",
      "  ./varve inspect /var/lib/varve/streams/orders/g1/p0/00000000000000000000-1.log | less",
      "",
      "Exit codes: 0 fine; 1 something in it is damaged; 2 wrong usage or no such file; 3 it could"
          + " not be read."
    })
final class InspectCommand extends Command {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Parameters(paramLabel = "FILE", description = "The file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--json", description = "Print an object for each line.")
  private boolean json;

  private boolean damaged;

  @Override
  public Integer call() throws IOException {
    Path file = path.toAbsolutePath();
    Path folder = file.getParent();
    if (folder == null || !Files.exists(file)) {
      throw new NoSuchFileException(path.toString());
    }
    if (Files.isDirectory(file)) {
      throw new BadInputException(path + " is a folder; expected a file of a store");
    }
    new FileInspector(new PosixDirectory(folder), file.getFileName().toString(), this::print)
        .inspect();
    out().flush();
    return damaged ? ExitCode.PROBLEMS : ExitCode.FINE;
  }

  private void print(Part part) {
    damaged |= part.problem();
    out()
        .println(
            json
                ? MAPPER.valueToTree(part).toString()
                : "%s%12d  %-14s  %s"
                    .formatted(
                        part.problem() ? "!" : " ", part.position(), part.name(), part.text()));
  }
}
