package io.varve.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The class path of every child, and the archives that let a JVM map its classes instead of parsing
 * and verifying them.
 *
 * <p>The class path is a jar with nothing but {@link Launcher}, then Kafka's jars. A process for
 * whose role there is no archive yet writes one into its own folder when it ends; {@link #adopt}
 * puts that where later ones find it. With it, a broker or a worker needs about half the processor
 * time until it is ready.
 *
 * <p>Launcher jar and archives are beside the folder of Kafka's jars, or in the work folder if that
 * place isn't writable. An archive's name has a hash of everything that it depends on, so another
 * JDK or another set of jars never meets it; the JVM itself checks again, and does without if need
 * be.
 *
 * <p>Thread: immutable. Other JVMs may use the same folder: files in it are put in place whole, and
 * are never changed.
 */
final class ClassPath {
  private final Path kafkaLibs;
  private final Path launcher;
  private final String hash;

  private ClassPath(Path kafkaLibs, Path launcher, String hash) {
    this.kafkaLibs = kafkaLibs;
    this.launcher = launcher;
    this.hash = hash;
  }

  static ClassPath open(Path kafkaLibs, Path workFolder) {
    Path beside = kafkaLibs.resolveSibling(kafkaLibs.getFileName() + "-launch");
    boolean writable =
        Files.isWritable(Files.exists(beside) ? beside : kafkaLibs.toAbsolutePath().getParent());
    Path folder = writable ? beside : workFolder.resolve("launch");
    try {
      byte[] jar = launcherJar();
      Path launcher = folder.resolve("launcher-%s.jar".formatted(hash(jar)));
      if (!Files.exists(launcher)) {
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, "launcher", ".part");
        Files.write(part, jar);
        Files.move(part, launcher, StandardCopyOption.ATOMIC_MOVE);
      }
      return new ClassPath(
          kafkaLibs, launcher, hash(description(kafkaLibs, launcher).getBytes(UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write to %s: choose a work folder that is writable.".formatted(folder), e);
    }
  }

  /** What {@code java -cp} takes. */
  String text() {
    return launcher + File.pathSeparator + kafkaLibs.resolve("*");
  }

  /**
   * The JVM options by which a process of this role uses the archive, or else writes one to {@code
   * trained} at its end.
   */
  List<String> archiveOptions(String role, Path trained) {
    Path archive = archive(role);
    return Files.exists(archive)
        ? List.of("-XX:SharedArchiveFile=" + archive)
        : List.of("-XX:ArchiveClassesAtExit=" + trained, "-Xlog:cds*=off");
  }

  /** Puts an archive that a process has written in place, if it has and there is none yet. */
  void adopt(String role, Path trained) {
    Path archive = archive(role);
    if (!Files.exists(trained) || Files.exists(archive)) {
      return;
    }
    try {
      Path part = Files.createTempFile(archive.getParent(), role, ".part");
      Files.move(trained, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, archive, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot put %s in place".formatted(archive), e);
    }
  }

  private Path archive(String role) {
    return launcher.resolveSibling("%s-%s.jsa".formatted(role, hash));
  }

  /** All that an archive depends on. */
  private static String description(Path kafkaLibs, Path launcher) throws IOException {
    TreeSet<String> lines = new TreeSet<>();
    lines.add(System.getProperty("java.home") + " " + System.getProperty("java.vm.version"));
    lines.add(launcher + " " + Files.getLastModifiedTime(launcher));
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(kafkaLibs)) {
      for (Path jar : jars) {
        lines.add(jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar));
      }
    }
    return lines.toString();
  }

  /** The same bytes each time, so that the entry has no time of its own. */
  private static byte[] launcherJar() throws IOException {
    String resource = Launcher.class.getName().replace('.', '/') + ".class";
    ByteArrayOutputStream jar = new ByteArrayOutputStream();
    try (InputStream launcher =
            Objects.requireNonNull(
                ClassPath.class.getClassLoader().getResourceAsStream(resource), resource);
        ZipOutputStream zip = new ZipOutputStream(jar)) {
      ZipEntry entry = new ZipEntry(resource);
      entry.setTime(0);
      zip.putNextEntry(entry);
      launcher.transferTo(zip);
    }
    return jar.toByteArray();
  }

  private static String hash(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
