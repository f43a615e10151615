package io.varve.examples.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The releases recorded in the changelogs of this machine's Debian packages, each once: the many
 * packages built from one source share its changelog.
 */
public final class DebianChangelogs {
  /** Where Debian keeps them. */
  public static final Path DEBIAN_DOCUMENTATION = Path.of("/usr/share/doc");

  private DebianChangelogs() {}

  /**
   * All releases below {@code documentation}, one folder a package, ordered by release time. Empty
   * where there are none, as on systems other than Debian.
   *
   * @throws IOException if a changelog cannot be read
   */
  public static EventSet read(Path documentation) throws IOException {
    Map<String, Release> releases = new HashMap<>();
    for (Path changelog : changelogs(documentation)) {
      try (BufferedReader text = open(changelog)) {
        ChangelogParser.parse(
            text,
            release ->
                releases.merge(
                    release.packageName() + ' ' + release.version(),
                    release,
                    // Copies can differ in what was corrected later: take the same one always.
                    (a, b) -> Release.BY_TIME.compare(a, b) <= 0 ? a : b));
      }
    }
    return new EventSet(
        releases.values().stream().sorted(Release.BY_TIME).map(Release::toEvent).toList(),
        "the package releases in this machine's Debian changelogs");
  }

  private static List<Path> changelogs(Path documentation) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(documentation)) {
      try (DirectoryStream<Path> packages =
          Files.newDirectoryStream(documentation, Files::isDirectory)) {
        for (Path folder : packages) {
          try (DirectoryStream<Path> files =
              Files.newDirectoryStream(folder, "changelog{,.Debian,.Debian.*}.gz")) {
            files.forEach(found::add);
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  /** Lenient about encoding: changelogs of the nineties are Latin-1, and no kept fact is. */
  private static BufferedReader open(Path changelog) throws IOException {
    Reader text =
        new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(changelog)),
            UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE));
    return new BufferedReader(text);
  }
}
