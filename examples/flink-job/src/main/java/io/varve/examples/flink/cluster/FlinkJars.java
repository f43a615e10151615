package io.varve.examples.flink.cluster;

import io.varve.cluster.ClusterException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The jars that the build left in this module's {@code target/}.
 *
 * @param module the module's folder
 */
public record FlinkJars(Path module) {
  private static final String NAME = "varve-examples-flink-job-";

  /** Of a process: what a distribution has in {@code lib/}, and the launcher. */
  String classPath() {
    Path lib = target().resolve("flink-lib");
    one(lib, "flink-runtime-", ".jar");
    one(lib, "varve-flink-state-backend-", ".jar");
    return one(target(), NAME, "-launcher.jar") + File.pathSeparator + lib.resolve("*");
  }

  /** What goes to the cluster with the job. */
  public List<Path> jobJars() {
    List<Path> jars = new ArrayList<>();
    jars.add(one(target(), NAME, "-job.jar"));
    jars.addAll(list(target().resolve("job-lib")));
    return jars;
  }

  /** What Flink asks of JDK 17. */
  List<String> jvmOptions() {
    try {
      return Files.readAllLines(module.resolve("java.args"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path target() {
    return module.resolve("target");
  }

  private static Path one(Path folder, String prefix, String suffix) {
    return list(folder).stream()
        .filter(jar -> jar.getFileName().toString().startsWith(prefix))
        .filter(jar -> jar.getFileName().toString().endsWith(suffix))
        .findFirst()
        .orElseThrow(
            () ->
                new ClusterException(
                    "No %s*%s in %s: build it with mvn -pl examples/flink-job -am -DskipTests package"
                        .formatted(prefix, suffix, folder)));
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
