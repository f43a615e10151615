package io.varve.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in the archives that users unpack into a worker's plugin path. */
final class PluginArchivesTest {

  private static Path archive(String kind) {
    for (String plugins : System.getProperty("varve.plugin.path").split(",")) {
      Path target = Path.of(plugins).getParent();
      if (target.endsWith(Path.of("connect-" + kind, "target"))) {
        return target.resolve(name(kind) + ".zip");
      }
    }
    throw new AssertionError("no connect-" + kind + " in varve.plugin.path");
  }

  private static String name(String kind) {
    return "varve-connect-" + kind + "-" + System.getProperty("varve.version");
  }

  private static Map<String, byte[]> entries(Path archive) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (!entry.isDirectory()) {
          entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
        }
      }
    }
    return entries;
  }

  @ParameterizedTest
  @CsvSource({"sink", "source"})
  void theyHaveTheUsualLayout(String kind) throws IOException {
    Map<String, byte[]> entries = entries(archive(kind));
    String top = name(kind) + "/";
    assertThat(entries.keySet()).allMatch(name -> name.startsWith(top));
    assertThat(entries)
        .containsKeys(
            top + "manifest.json",
            top + "doc/README.md",
            top + "doc/LICENSE",
            top + "etc/varve-" + kind + ".properties",
            top + "lib/" + name(kind) + ".jar");
    JsonNode manifest = new ObjectMapper().readTree(entries.get(top + "manifest.json"));
    assertThat(manifest.path("name").asText()).isEqualTo("varve-connect-" + kind);
    assertThat(manifest.path("version").asText()).isEqualTo(System.getProperty("varve.version"));
    assertThat(manifest.path("component_types").toString()).isEqualTo("[\"" + kind + "\"]");
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      if (entry.getKey().endsWith(".json") && entry.getKey().contains("/etc/")) {
        JsonNode example = new ObjectMapper().readTree(entry.getValue());
        assertThat(example.path("config").path("connector.class").asText())
            .startsWith("io.varve.connect." + kind + ".");
      }
    }
  }

  private static List<String> classes(String kind) throws IOException {
    List<String> classes = new ArrayList<>();
    for (Map.Entry<String, byte[]> entry : entries(archive(kind)).entrySet()) {
      if (entry.getKey().endsWith(".jar")) {
        try (ZipInputStream jar = new ZipInputStream(new ByteArrayInputStream(entry.getValue()))) {
          for (ZipEntry file = jar.getNextEntry(); file != null; file = jar.getNextEntry()) {
            classes.add(file.getName());
          }
        }
      }
    }
    return classes;
  }

  @Test
  void onlyTheSourceCarriesWhatEvaluatesFilters() throws IOException {
    assertThat(classes("source"))
        .contains("io/varve/query/EventFilter.class")
        .anyMatch(name -> name.startsWith("dev/cel/"));
    assertThat(classes("sink"))
        .contains("io/varve/query/ValueFields.class")
        .noneMatch(name -> name.startsWith("dev/cel/"))
        .noneMatch(name -> name.startsWith("com/google/protobuf/"));
    for (String kind : List.of("sink", "source")) {
      assertThat(classes(kind))
          .as("Avro's files and CEL's policies")
          .noneMatch(name -> name.startsWith("org/apache/commons/"))
          .noneMatch(name -> name.startsWith("org/yaml/"));
    }
  }

  @ParameterizedTest
  @CsvSource({"sink", "source"})
  void theyCarryNothingThatTheWorkerSupplies(String kind) throws IOException {
    assertThat(classes(kind))
        .contains(
            "META-INF/services/org.apache.kafka.connect."
                + kind
                + "."
                + (kind.equals("sink") ? "SinkConnector" : "SourceConnector"))
        .noneMatch(name -> name.startsWith("org/apache/kafka/"))
        .as("who deduplicates adds it: it is larger than all else")
        .noneMatch(name -> name.startsWith("org/rocksdb/"))
        .noneMatch(name -> name.startsWith("org/slf4j/"))
        .noneMatch(name -> name.startsWith("org/apache/logging/"));
  }

  @ParameterizedTest
  @CsvSource({"sink", "source"})
  void eachHasItsChecksum(String kind) throws Exception {
    Path archive = archive(kind);
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(archive));
    Path file = archive.resolveSibling(archive.getFileName() + ".sha512");
    assertThat(Files.readString(file, UTF_8)).startsWith(HexFormat.of().formatHex(digest));
  }
}
