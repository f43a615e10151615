package io.varve.connect.common.config;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.jspecify.annotations.Nullable;

/** Settings pages, made from the definitions that the connectors check settings with. */
public final class ConfigDocs {
  private ConfigDocs() {}

  /**
   * A page in Markdown: the settings of {@code definition} by group, in their order.
   *
   * @param introduction what stands under the title; Markdown
   */
  public static String page(String title, String introduction, ConfigDef definition) {
    StringBuilder page = new StringBuilder();
    page.append("# ").append(title).append("\n\n").append(introduction.strip()).append('\n');
    for (String group : definition.groups()) {
      List<ConfigKey> keys = keys(definition, group);
      if (!keys.isEmpty()) { // internal settings have a group too
        page.append("\n## ").append(group).append('\n');
        keys.forEach(key -> setting(page, key));
      }
    }
    List<ConfigKey> ungrouped = keys(definition, null);
    if (!ungrouped.isEmpty() && !definition.groups().isEmpty()) {
      page.append("\n## Others\n");
    }
    ungrouped.forEach(key -> setting(page, key));
    return page.toString();
  }

  private static List<ConfigKey> keys(ConfigDef definition, @Nullable String group) {
    return definition.configKeys().values().stream()
        .filter(key -> !key.internalConfig)
        .filter(key -> group == null ? key.group == null : group.equals(key.group))
        .sorted(
            Comparator.comparingInt((ConfigKey key) -> key.orderInGroup)
                .thenComparing(key -> key.name))
        .collect(Collectors.toList());
  }

  private static void setting(StringBuilder page, ConfigKey key) {
    page.append("\n### `").append(key.name).append("`\n\n");
    if (key.documentation != null && !key.documentation.isBlank()) {
      page.append(key.documentation.strip()).append("\n\n");
    }
    item(page, "Type", key.type.toString().toLowerCase(Locale.ROOT));
    item(page, "Default", defaultValue(key));
    if (key.validator != null) {
      item(page, "Allowed", key.validator.toString());
    }
    item(page, "Importance", key.importance.toString().toLowerCase(Locale.ROOT));
  }

  private static String defaultValue(ConfigKey key) {
    if (!key.hasDefault()) {
      return "none, it must be given";
    }
    Object value = key.defaultValue;
    if (value == null) {
      return "none";
    }
    if (key.validator instanceof Limits limits && value instanceof Number number) {
      return limits.describe(number.longValue());
    }
    String text =
        value instanceof List<?> list
            ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
            : value.toString();
    return text.isEmpty() ? "empty" : "`" + text + "`";
  }

  private static void item(StringBuilder page, String name, String value) {
    page.append("- ").append(name).append(": ").append(value).append('\n');
  }
}
