package io.varve.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the jars of broker and worker are: the folder named by the system property {@value
 * #PROPERTY}, else {@code local-cluster/target/kafka-libs} in the working directory or the nearest
 * folder above it.
 *
 * <p>Thread: stateless.
 */
public final class KafkaJars {
  public static final String PROPERTY = "varve.kafka.libs";

  static final String BUILD = "mvn -q -pl local-cluster process-resources";

  private static final Path BUILT = Path.of("local-cluster", "target", "kafka-libs");

  /**
   * A jar of each kind that a cluster cannot do without; logging would be silent without the last.
   */
  private static final List<String> NEEDED =
      List.of("kafka_2.13-", "kafka-clients-", "connect-runtime-", "log4j-slf4j-impl-");

  private KafkaJars() {}

  /**
   * Finds the folder.
   *
   * @throws ClusterException if there is none or it lacks a jar, saying how to build it
   */
  public static Path locate() {
    return locate(System.getProperty(PROPERTY), Path.of("").toAbsolutePath());
  }

  /** {@code named} is the folder that the user names, {@code start} where to look else. */
  static Path locate(@Nullable String named, Path start) {
    if (named != null) {
      return checked(Path.of(named).toAbsolutePath());
    }
    for (@Nullable Path folder = start; folder != null; folder = folder.getParent()) {
      Path candidate = folder.resolve(BUILT);
      if (Files.isDirectory(candidate)) {
        return checked(candidate);
      }
    }
    throw new ClusterException(
        "No Kafka jars: found no %s in %s or a folder above it, and the system property %s is not set. Gather them with: %s"
            .formatted(BUILT, start, PROPERTY, BUILD));
  }

  /** Returns {@code folder} if it holds the jars of broker and worker. */
  static Path checked(Path folder) {
    for (String prefix : NEEDED) {
      if (!holds(folder, prefix)) {
        throw new ClusterException(
            "No Kafka jars in %s: expected a %s*.jar there. Gather them with: %s, or name another folder by the system property %s."
                .formatted(folder, prefix, BUILD, PROPERTY));
      }
    }
    return folder;
  }

  private static boolean holds(Path folder, String prefix) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .anyMatch(name -> name.startsWith(prefix) && name.endsWith(".jar"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
