package io.varve.integration;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The archives that users unpack into a folder of their worker's plugin path. */
final class PluginArchives {
  private PluginArchives() {}

  /** Unpacks both into {@code folder}. */
  static void unpack(Path folder) throws IOException {
    for (String plugins : System.getProperty("varve.plugin.path").split(",")) {
      Path target = Path.of(plugins).getParent();
      String connector = target.getParent().getFileName().toString();
      unpack(
          target.resolve(
              "varve-%s-%s.zip".formatted(connector, System.getProperty("varve.version"))),
          folder);
    }
  }

  private static void unpack(Path archive, Path folder) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      List<? extends ZipEntry> entries = Collections.list(zip.entries());
      for (ZipEntry entry : entries) {
        Path file = folder.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          try (InputStream bytes = zip.getInputStream(entry)) {
            Files.copy(bytes, file);
          }
        }
      }
    }
  }
}
