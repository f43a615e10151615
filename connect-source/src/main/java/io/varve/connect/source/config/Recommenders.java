package io.varve.connect.source.config;

import io.varve.Store;
import io.varve.base.VarveException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/** What a form that shows the settings may offer for each, and which settings it may hide. */
final class Recommenders {

  /** The streams that the store holds, as far as it can be read. */
  static final ConfigDef.Recommender STREAMS =
      new ConfigDef.Recommender() {
        @Override
        public List<Object> validValues(String name, Map<String, Object> parsed) {
          return parsed.get(SourceConfigDef.STORE_PATH) instanceof String path
              ? streams(path)
              : List.of();
        }

        @Override
        public boolean visible(String name, Map<String, Object> parsed) {
          return true;
        }
      };

  private Recommenders() {}

  /** These values, among others. */
  static ConfigDef.Recommender words(Object... words) {
    return new ConfigDef.Recommender() {
      @Override
      public List<Object> validValues(String name, Map<String, Object> parsed) {
        return List.of(words);
      }

      @Override
      public boolean visible(String name, Map<String, Object> parsed) {
        return true;
      }
    };
  }

  /** Offers nothing; visible only in one of {@code modes}. */
  static ConfigDef.Recommender onlyIn(Mode... modes) {
    return new ConfigDef.Recommender() {
      @Override
      public List<Object> validValues(String name, Map<String, Object> parsed) {
        return List.of();
      }

      @Override
      public boolean visible(String name, Map<String, Object> parsed) {
        return !(parsed.get(SourceConfigDef.MODE) instanceof String set)
            || Arrays.stream(modes).anyMatch(mode -> set.trim().equalsIgnoreCase(mode.text()));
      }
    };
  }

  /** A setting's name as a form's label: {@code start.offset} becomes {@code Start offset}. */
  static String title(String name) {
    String words = name.replace('.', ' ').replace(" ms", "");
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private static List<Object> streams(String path) {
    try {
      Path folder = Path.of(path);
      if (!Store.exists(folder)) {
        return List.of();
      }
      try (Store store = Store.openReadOnly(folder)) {
        return new ArrayList<>(store.streams());
      }
    } catch (VarveException | IllegalArgumentException e) {
      // Only a form's suggestions: what is wrong with the path is said where it is checked.
      return List.of();
    }
  }
}
