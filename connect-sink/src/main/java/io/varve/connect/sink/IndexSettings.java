package io.varve.connect.sink;

import io.varve.base.BadSettingException;
import io.varve.connect.common.config.Limits;
import io.varve.format.FieldList;
import io.varve.query.FieldPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of the streams have an index.
 *
 * @param fields as an index names them; none to have none any more
 * @param intervalMs how often to look for segments that have none yet
 */
record IndexSettings(List<String> fields, long intervalMs) {

  static final String FIELDS = "index.fields";
  static final String INTERVAL_MS = "index.interval.ms";
  private static final String GROUP = "Field indexes";

  /** What a filter calls other parts of an event. */
  private static final Set<String> NOT_FIELDS =
      Set.of("headers", "offset", "partition", "stream", "timestamp");

  private static final String ALLOWED =
      "at most "
          + FieldList.FIELDS_MAX
          + " fields, each once, such as customer_id, order.total, key or key.id";

  IndexSettings {
    fields = List.copyOf(fields);
  }

  static ConfigDef define(ConfigDef config) {
    return config
        .define(
            FIELDS,
            Type.LIST,
            null,
            new Validator(),
            Importance.MEDIUM,
            "Fields of values and keys that are indexed in each stream of this connector, so that"
                + " filters read little (docs/field-indexes.md): names with dots between, in"
                + " structured data, Avro and JSON; customer_id is short for value.customer_id. An"
                + " index is built in the background for each sealed segment, also for those that"
                + " are there already. It is the whole list: another one in the store gives way to"
                + " it. Empty: no field has an index any more. Not set: the store's list stays, and"
                + " nothing is built.",
            GROUP,
            1,
            Width.LONG,
            "Indexed fields",
            List.of(INTERVAL_MS))
        .define(
            INTERVAL_MS,
            Type.LONG,
            10_000L,
            Limits.millis(100, 86_400_000),
            Importance.LOW,
            "With "
                + FIELDS
                + ": how often, in milliseconds, to look for segments without an index.",
            GROUP,
            2,
            Width.SHORT,
            "Index interval");
  }

  /** Null if nobody is to care. */
  static @Nullable IndexSettings of(AbstractConfig config) {
    List<String> texts = config.getList(FIELDS);
    return texts == null
        ? null
        : new IndexSettings(fields(FIELDS, texts), config.getLong(INTERVAL_MS));
  }

  private static List<String> fields(String setting, List<?> texts) {
    List<String> fields = new ArrayList<>();
    for (Object text : texts) {
      String field = field(setting, text.toString().strip());
      if (fields.contains(field)) {
        throw new ConfigException(setting, texts, "'" + field + "' is there twice");
      }
      fields.add(field);
    }
    if (fields.size() > FieldList.FIELDS_MAX) {
      throw new ConfigException(
          setting, texts, "found " + fields.size() + " fields; expected " + ALLOWED);
    }
    return fields;
  }

  private static String field(String setting, String text) {
    String wrong = mistake(text);
    if (wrong == null) {
      try {
        return FieldPath.parse(text).text();
      } catch (BadSettingException e) {
        wrong = "'" + text + "' has an empty name between its dots";
      }
    }
    throw new ConfigException(setting, text, wrong + "; expected " + ALLOWED);
  }

  private static @Nullable String mistake(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c) || "[]{}()\"'`*/\\".indexOf(c) >= 0) {
        return "'"
            + text
            + "' has the character '"
            + c
            + "': names stand for themselves, with dots between, and what is inside of lists has no"
            + " index";
      }
    }
    String root = text.split("\\.", -1)[0];
    if (NOT_FIELDS.contains(root)) {
      return "'"
          + text
          + "' is no field of a value or key; write value."
          + text
          + " if the value has it. Timestamps and offsets need no index";
    }
    int bytes = "value.".length() + text.getBytes(StandardCharsets.UTF_8).length;
    return bytes > FieldList.NAME_BYTES_MAX ? "'" + text + "' is too long" : null;
  }

  /** Accepts fields; null is not set. */
  private static final class Validator implements ConfigDef.Validator {

    @Override
    public void ensureValid(String name, @Nullable Object value) {
      if (value instanceof List<?> texts) {
        fields(name, texts);
      }
    }

    /** What is allowed, for the settings page. */
    @Override
    public String toString() {
      return ALLOWED;
    }
  }
}
