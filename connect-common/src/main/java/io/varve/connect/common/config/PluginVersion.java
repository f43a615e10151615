package io.varve.connect.common.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that the build gave a plugin. */
public final class PluginVersion {
  private static final String FILE = "varve-version.properties";

  private PluginVersion() {}

  /** The version in the properties file that the build put beside {@code plugin}. */
  public static String of(Class<?> plugin) {
    Properties properties = new Properties();
    try (InputStream file = plugin.getResourceAsStream(FILE)) {
      if (file != null) {
        properties.load(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + FILE + " beside " + plugin.getName(), e);
    }
    String version = properties.getProperty("version");
    if (version == null) {
      throw new IllegalStateException(
          "Expected a version in " + FILE + " beside " + plugin.getName() + ": build with Maven");
    }
    return version;
  }
}
