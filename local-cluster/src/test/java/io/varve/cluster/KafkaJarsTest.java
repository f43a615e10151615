package io.varve.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaJarsTest {
  private static final List<String> JARS =
      List.of(
          "kafka_2.13-4.3.1.jar",
          "kafka-clients-4.3.1.jar",
          "connect-runtime-4.3.1.jar",
          "log4j-slf4j-impl-2.25.4.jar");

  @TempDir Path folder;

  @Test
  void theFolderIsFoundFromAModuleBesideIt() throws IOException {
    Path libs = jars(folder.resolve("local-cluster").resolve("target").resolve("kafka-libs"));
    Path module = Files.createDirectories(folder.resolve("integration").resolve("src"));

    assertThat(KafkaJars.locate(null, module)).isEqualTo(libs);
  }

  @Test
  void aFolderThatTheUserNamesGoesFirst() throws IOException {
    jars(folder.resolve("local-cluster").resolve("target").resolve("kafka-libs"));
    Path named = jars(folder.resolve("named"));

    assertThat(KafkaJars.locate(named.toString(), folder)).isEqualTo(named);
  }

  @Test
  void withoutAFolderTheErrorSaysHowToBuildIt() {
    assertThatThrownBy(() -> KafkaJars.locate(null, folder))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("varve.kafka.libs")
        .hasMessageContaining("mvn -q -pl local-cluster process-resources");
  }

  @Test
  void aFolderThatLacksAJarIsRefusedByNameOfTheJar() throws IOException {
    Path libs = jars(folder.resolve("libs"));
    Files.delete(libs.resolve("log4j-slf4j-impl-2.25.4.jar"));

    assertThatThrownBy(() -> KafkaJars.locate(libs.toString(), folder))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("expected a log4j-slf4j-impl-*.jar")
        .hasMessageContaining(libs.toString());
  }

  private static Path jars(Path libs) throws IOException {
    Files.createDirectories(libs);
    for (String jar : JARS) {
      Files.createFile(libs.resolve(jar));
    }
    return libs;
  }
}
