package io.varve.examples.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.examples.event.DemoEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianChangelogsTest {
  @TempDir Path documentation;

  @Test
  void takesEachReleaseOnceInOrderOfTime() throws IOException {
    String glibc =
        entry("glibc", "2.36-9", "Mon, 02 Jan 2023 10:00:00 +0100")
            + entry("glibc", "2.35-1", "Sun, 02 Jan 2022 10:00:00 +0100");
    changelog("libc6", "changelog.Debian.gz", glibc);
    changelog("libc-bin", "changelog.Debian.gz", glibc);
    changelog("dpkg", "changelog.gz", entry("dpkg", "1.21", "Fri, 01 Jul 2022 10:00:00 +0000"));
    changelog("zlib1g", "NEWS.Debian.gz", entry("zlib", "1", "Fri, 01 Jul 2022 10:00:00 +0000"));
    changelog("upstream", "changelog.gz", "1.2: fixed (by Jürgen)\n");

    EventSet events = DebianChangelogs.read(documentation);

    assertThat(events.events())
        .extracting(DemoEvent::key)
        .extracting(String::valueOf)
        .containsExactly("glibc", "dpkg", "glibc");
    assertThat(events.events()).extracting(DemoEvent::timestampMs).isSorted();
  }

  @Test
  void findsNothingWhereDebianIsNot() throws IOException {
    assertThat(DebianChangelogs.read(documentation.resolve("absent")).events()).isEmpty();
  }

  private static String entry(String name, String version, String date) {
    return "%s (%s) unstable; urgency=low%n%n  * Change.%n%n -- N <n@example.org>  %s%n%n"
        .formatted(name, version, date);
  }

  private void changelog(String folder, String file, String text) throws IOException {
    Path path = Files.createDirectories(documentation.resolve(folder)).resolve(file);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(text.getBytes(ISO_8859_1));
    }
  }
}
