package io.varve.examples.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The connector configurations of the examples: they run on what users copy. */
public final class ConnectorConfig {
  private ConnectorConfig() {}

  /**
   * The settings of one of the files of {@code examples/etc}, some of them replaced. An empty value
   * removes the setting.
   */
  static Map<String, String> load(String file, Map<String, String> replaced) throws IOException {
    try (InputStream json =
        ConnectorConfig.class.getResourceAsStream("/io/varve/examples/etc/" + file)) {
      return read(Objects.requireNonNull(json, file), replaced);
    }
  }

  /** The same of a file anywhere. */
  public static Map<String, String> load(Path file, Map<String, String> replaced)
      throws IOException {
    try (InputStream json = Files.newInputStream(file)) {
      return read(json, replaced);
    }
  }

  private static Map<String, String> read(InputStream json, Map<String, String> replaced)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    JsonNode config = new ObjectMapper().readTree(json).get("config");
    config
        .properties()
        .forEach(setting -> settings.put(setting.getKey(), setting.getValue().asText()));
    settings.putAll(replaced);
    settings.values().removeIf(String::isEmpty);
    return settings;
  }
}
