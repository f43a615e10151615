package io.varve.examples.run;

import io.varve.examples.input.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A connector's archive, unpacked as a user would do it: into a folder of {@code plugin.path}. */
public final class PluginArchive {
  private PluginArchive() {}

  /**
   * Unpacks the archive that the build left in {@code module/target}.
   *
   * @throws InputException if there isn't exactly one, saying what to do
   */
  public static void unpackBuilt(Path module, Path pluginPath) throws IOException {
    List<Path> archives = new ArrayList<>();
    Path target = module.resolve("target");
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "varve-*.zip")) {
        found.forEach(archives::add);
      }
    }
    if (archives.size() != 1) {
      throw new InputException(
          "expected one plugin archive varve-*.zip in %s, found %d: run mvn clean package"
              .formatted(target, archives.size()));
    }
    unpack(archives.get(0), pluginPath);
  }

  private static void unpack(Path archive, Path folder) throws IOException {
    try (InputStream bytes = Files.newInputStream(archive);
        ZipInputStream zip = new ZipInputStream(bytes)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
          throw new IOException("%s would leave the folder: %s".formatted(archive, entry));
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(zip, target);
        }
      }
    }
  }
}
