package io.varve.connect.common.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** A setting that is one of a few words: checks it, whatever its case, and recommends them. */
public final class Choices implements ConfigDef.Validator, ConfigDef.Recommender {
  private final List<String> words;

  private Choices(List<String> words) {
    this.words = words;
  }

  /** One of {@code words}, in lower case. */
  public static Choices of(String... words) {
    return new Choices(List.of(words));
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (value != null && !words.contains(value.toString().toLowerCase(Locale.ROOT))) {
      throw new ConfigException(name, value, "expected " + this);
    }
  }

  @Override
  public List<Object> validValues(String name, Map<String, Object> parsedConfig) {
    return List.copyOf(words);
  }

  @Override
  public boolean visible(String name, Map<String, Object> parsedConfig) {
    return true;
  }

  @Override
  public String toString() {
    return "one of " + String.join(", ", words);
  }
}
