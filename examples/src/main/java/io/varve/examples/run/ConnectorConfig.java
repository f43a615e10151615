package io.varve.examples.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The connector configurations of {@code examples/etc}: the demo runs on what users copy. */
final class ConnectorConfig {
  private ConnectorConfig() {}

  /**
   * The settings of one of the files, some of them replaced. An empty value removes the setting.
   */
  static Map<String, String> load(String file, Map<String, String> replaced) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    try (InputStream json =
        ConnectorConfig.class.getResourceAsStream("/io/varve/examples/etc/" + file)) {
      JsonNode config =
          new ObjectMapper().readTree(Objects.requireNonNull(json, file)).get("config");
      config
          .properties()
          .forEach(setting -> settings.put(setting.getKey(), setting.getValue().asText()));
    }
    settings.putAll(replaced);
    settings.values().removeIf(String::isEmpty);
    return settings;
  }
}
