package io.varve.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/** The image of broker and worker: the one that is named, or one made of local files. */
final class ContainerImage {
  /** Names a public image, which is pulled if need be. */
  private static final String PROPERTY = "kafka.image";

  private static final String LOCAL = "varve-test/kafka:local";

  /** What the script exits with where the image can't be built. */
  private static final int CANNOT = 3;

  private ContainerImage() {}

  /** Skips the test, saying why, where there is no Docker or no way to build an image. */
  static DockerImageName findOrSkip() throws IOException, InterruptedException {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      skip("there is no Docker here");
    }
    String named = System.getProperty(PROPERTY);
    return DockerImageName.parse(named == null ? built() : named);
  }

  private static String built() throws IOException, InterruptedException {
    Process build =
        new ProcessBuilder(
                "bash",
                "src/test/docker/build-image.sh",
                Path.of(System.getProperty("varve.kafka.libs")).toString(),
                LOCAL)
            .redirectErrorStream(true)
            .start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = build.waitFor();
    if (status == CANNOT) {
      skip(
          "%s; a public image will do: -D%s=apache/kafka:4.3.1"
              .formatted(output.strip(), PROPERTY));
    }
    Assertions.assertThat(status).as("build-image.sh: %s", output).isZero();
    return LOCAL;
  }

  private static void skip(String reason) {
    System.out.println("containers: skipped, " + reason);
    Assumptions.abort(reason);
  }
}
