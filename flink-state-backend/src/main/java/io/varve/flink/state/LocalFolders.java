package io.varve.flink.state;

import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.runtime.execution.Environment;
import org.jspecify.annotations.Nullable;

/** The folders below which stores keep their files. Thread: immutable. */
final class LocalFolders implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Empty for the task manager's working folder. */
  private final ArrayList<File> folders;

  private final Disk disk;

  /** How a folder's files are reached. */
  interface Disk extends Serializable {
    Directory open(Path folder);
  }

  private LocalFolders(List<File> folders, Disk disk) {
    this.folders = new ArrayList<>(folders);
    this.disk = disk;
  }

  /** The same folders, reached another way. */
  LocalFolders on(Disk other) {
    return new LocalFolders(folders, other);
  }

  /** The files in a folder that {@link #make} has made. */
  Directory open(File folder) {
    return disk.open(folder.toPath());
  }

  /**
   * @param setting paths or file URIs, separated by commas or as paths are; null for the task
   *     manager's working folder
   */
  static LocalFolders of(@Nullable String setting) {
    ArrayList<File> folders = new ArrayList<>();
    if (setting != null) {
      for (String one :
          setting.split("," + "|(?<!file)" + File.pathSeparator + "(?!//)(?!\\d+/)", -1)) {
        folders.add(folder(one.trim()));
      }
    }
    return new LocalFolders(folders, PosixDirectory::new);
  }

  private static File folder(String path) {
    if (path.isEmpty()) {
      throw invalid("\"\"", "has no name");
    }
    URI uri;
    try {
      uri = new org.apache.flink.core.fs.Path(path).toUri();
    } catch (IllegalArgumentException e) {
      throw invalid(path, "is not a path");
    }
    String scheme = uri.getScheme();
    if (scheme != null && !scheme.equalsIgnoreCase("file")) {
      throw invalid(path, "is not on a local file system");
    }
    File folder = new File(scheme == null ? path : uri.getPath());
    if (!folder.isAbsolute()) {
      throw invalid(path, "is not absolute");
    }
    return folder;
  }

  private static IllegalConfigurationException invalid(String path, String why) {
    return new IllegalConfigurationException(
        "The folder " + path + " of " + BackendSettings.LOCAL_DIRECTORIES.key() + " " + why);
  }

  /**
   * Makes a folder for one store.
   *
   * @throws IOException if that is possible in none of the folders
   */
  File make(Environment environment, String operator) throws IOException {
    List<File> above =
        folders.isEmpty()
            ? List.of(environment.getTaskManagerInfo().getTmpWorkingDirectory())
            : folders;
    String name =
        "varve_job_"
            + environment.getJobID()
            + "_op_"
            + operator.replaceAll("[^a-zA-Z0-9\\-]", "_")
            + "_"
            + UUID.randomUUID();
    int first = ThreadLocalRandom.current().nextInt(above.size());
    IOException failure =
        new IOException("Cannot make a folder for state in any of " + above + ". " + remedy());
    for (int i = 0; i < above.size(); i++) {
      File folder = new File(above.get((first + i) % above.size()), name);
      try {
        Files.createDirectories(folder.toPath());
        return folder;
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  private String remedy() {
    return folders.isEmpty()
        ? "That is the task manager's working folder; it must be writable, or "
            + BackendSettings.LOCAL_DIRECTORIES.key()
            + " set to folders that are"
        : "They are set by " + BackendSettings.LOCAL_DIRECTORIES.key() + " and must be writable";
  }

  @Override
  public String toString() {
    return folders.isEmpty() ? "the task manager's working folder" : folders.toString();
  }
}
