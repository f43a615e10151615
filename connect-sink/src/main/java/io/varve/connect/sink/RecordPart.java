package io.varve.connect.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where in a record something stands, as a setting says it: {@code header:NAME}, {@code
 * value:FIELD.FIELD} or {@code key}. Immutable.
 */
final class RecordPart {

  private static final String HEADER = "header:";
  private static final String VALUE = "value:";
  private static final String KEY = "key";
  private static final String ALLOWED =
      "header:NAME, value:FIELD (of a field within others: value:FIELD.FIELD), or key";

  private final String text;
  private final @Nullable String header;
  private final List<String> path;

  private RecordPart(String text, @Nullable String header, List<String> path) {
    this.text = text;
    this.header = header;
    this.path = path;
  }

  /**
   * @param setting who has it, for messages
   * @return null if the setting is empty
   * @throws ConfigException if it is none
   */
  static @Nullable RecordPart of(String setting, String text) {
    String place = text.strip();
    if (place.isEmpty()) {
      return null;
    }
    if (place.equals(KEY)) {
      return new RecordPart(place, null, List.of());
    }
    if (place.startsWith(HEADER) && place.length() > HEADER.length()) {
      return new RecordPart(place, place.substring(HEADER.length()), List.of());
    }
    if (place.startsWith(VALUE)) {
      List<String> path = List.of(place.substring(VALUE.length()).split("\\.", -1));
      if (path.stream().noneMatch(String::isEmpty)) {
        return new RecordPart(place, null, path);
      }
    }
    throw new ConfigException(setting, text, "expected " + ALLOWED);
  }

  /** For settings that are a part, or empty. */
  static ConfigDef.Validator validator() {
    return new ConfigDef.Validator() {
      @Override
      public void ensureValid(String name, @Nullable Object value) {
        if (value != null) {
          of(name, value.toString());
        }
      }

      @Override
      public String toString() {
        return ALLOWED + "; or empty";
      }
    };
  }

  boolean isKey() {
    return header == null && path.isEmpty();
  }

  /**
   * What stands there, with its schema; of headers of one name the last one. Null if there is
   * nothing, or a null.
   *
   * @throws DataException if the way to it leads through what has no fields
   */
  @Nullable SchemaAndValue of(SinkRecord record) {
    if (header != null) {
      return ofHeader(record, header);
    }
    if (path.isEmpty()) {
      return record.key() == null ? null : new SchemaAndValue(record.keySchema(), record.key());
    }
    return record.value() == null ? null : ofValue(record.valueSchema(), record.value());
  }

  private static @Nullable SchemaAndValue ofHeader(SinkRecord record, String name) {
    if (record.headers().isEmpty()) {
      return null;
    }
    Header last = record.headers().lastWithName(name);
    return last == null || last.value() == null
        ? null
        : new SchemaAndValue(last.schema(), last.value());
  }

  private @Nullable SchemaAndValue ofValue(@Nullable Schema valueSchema, Object value) {
    Schema schema = valueSchema;
    Object at = value;
    List<String> passed = new ArrayList<>();
    for (String name : path) {
      Object next;
      if (at instanceof Struct struct) {
        Field field = struct.schema().field(name);
        schema = field == null ? null : field.schema();
        next = field == null ? null : struct.get(field);
      } else if (at instanceof Map<?, ?> map) {
        schema = schema == null ? null : schema.valueSchema();
        next = map.get(name);
      } else {
        throw new DataException(
            "expected a struct or a map to look for the field '"
                + name
                + "' in, found "
                + PlainValue.show(at)
                + (passed.isEmpty()
                    ? " as the value: a value.converter for structured data gives fields"
                    : " in the field '" + String.join(".", passed) + "'"));
      }
      if (next == null) {
        return null;
      }
      at = next;
      passed.add(name);
    }
    return new SchemaAndValue(schema, at);
  }

  @Override
  public String toString() {
    return text;
  }
}
