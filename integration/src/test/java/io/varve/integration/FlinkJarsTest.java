package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * What goes into Flink's {@code lib/}: both jars may lie there together, and beside whatever else
 * is there.
 */
final class FlinkJarsTest {

  private static final String SERVICES = "META-INF/services/";

  private static Path jar(int index, String artifact) {
    return Path.of(System.getProperty("varve.flink.jars").split(",")[index])
        .resolve("%s-%s.jar".formatted(artifact, System.getProperty("varve.version")));
  }

  private static final Path STATE_BACKEND = jar(0, "varve-flink-state-backend");
  private static final Path SOURCE = jar(1, "varve-flink-source");

  private static List<String> names(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<String> names = new ArrayList<>();
      zip.stream()
          .filter(entry -> !entry.isDirectory())
          .forEach(entry -> names.add(entry.getName()));
      return names;
    }
  }

  @Test
  void theSourceBringsNoClassUnderANameThatOthersUse() throws IOException {
    List<String> classes = names(SOURCE).stream().filter(name -> name.endsWith(".class")).toList();

    assertThat(classes)
        .hasSizeGreaterThan(100)
        .allSatisfy(
            name -> assertThat(name).matches("(io/varve/flink/source|com/github/luben/zstd)/.*"));
    assertThat(classes)
        .contains(
            "io/varve/flink/source/VarveSource.class",
            "io/varve/flink/source/engine/Store.class",
            "io/varve/flink/source/shaded/avro/Schema.class",
            "io/varve/flink/source/shaded/HdrHistogram/Histogram.class",
            "io/varve/flink/source/shaded/cel/runtime/CelRuntime.class",
            "io/varve/flink/source/engine/replay/group/GroupFolder.class",
            "io/varve/flink/source/shaded/kafka/common/TopicPartition.class");
    assertThat(classes).filteredOn(name -> name.contains("/kafka/")).hasSize(1);
  }

  /** What a value without a schema is called in the store isn't the name of a class. */
  @Test
  void namesOfSchemasAreLeftAsTheyAre() throws IOException {
    try (ZipFile zip = new ZipFile(SOURCE.toFile())) {
      for (String name :
          List.of(
              "io/varve/flink/source/avro/AnyReader.class",
              "io/varve/flink/source/engine/query/AvroShape.class")) {
        String constants =
            new String(
                zip.getInputStream(zip.getEntry(name)).readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(constants).as(name).contains("io.varve.connect.Any");
      }
    }
  }

  /** What a job's own classes implement isn't renamed, nor brought. */
  @Test
  void deserializersAreKafkasOwn() throws IOException {
    try (ZipFile zip = new ZipFile(SOURCE.toFile())) {
      String constants =
          new String(
              zip.getInputStream(
                      zip.getEntry("io/varve/flink/source/KafkaValueDeserialization.class"))
                  .readAllBytes(),
              StandardCharsets.ISO_8859_1);
      assertThat(constants)
          .contains("org/apache/kafka/common/serialization/Deserializer")
          .doesNotContain("shaded/kafka");
    }
  }

  @Test
  void theJarsHaveNothingInCommon() throws IOException {
    List<String> common = new ArrayList<>(names(SOURCE));
    common.retainAll(names(STATE_BACKEND));
    common.removeIf(name -> name.startsWith("META-INF/"));

    assertThat(common).isEmpty();
  }

  @Test
  void whatIsLoadedByNameIsThere() throws IOException {
    List<String> names = names(SOURCE);
    List<String> services = names.stream().filter(name -> name.startsWith(SERVICES)).toList();

    assertThat(services)
        .containsExactlyInAnyOrder(
            SERVICES + "org.apache.flink.table.factories.Factory",
            SERVICES + "io.varve.flink.source.shaded.avro.SchemaFormatterFactory");
    try (ZipFile zip = new ZipFile(SOURCE.toFile())) {
      for (String service : services) {
        String text =
            new String(
                zip.getInputStream(zip.getEntry(service)).readAllBytes(), StandardCharsets.UTF_8);
        List<String> loaded =
            text.lines().map(String::strip).filter(line -> line.startsWith("io.varve")).toList();
        assertThat(loaded)
            .as(service)
            .hasSizeBetween(2, 3)
            .allSatisfy(name -> assertThat(names).contains(name.replace('.', '/') + ".class"));
      }
    }
  }
}
