package io.varve.flink.source.table;

import io.varve.flink.source.StoredEvent;
import io.varve.flink.source.StoredEvent.TimestampType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

/** What an event has besides its key's and its value's columns: metadata columns of a table. */
enum EventColumn {
  STREAM("stream", DataTypes.STRING().notNull(), "the stream's name"),
  GENERATION("generation", DataTypes.INT().notNull(), "how often the topic had been made, from 1"),
  PARTITION("partition", DataTypes.INT().notNull(), "the partition's number, from 0"),
  OFFSET("offset", DataTypes.BIGINT().notNull(), "the event's number in its partition"),
  TIMESTAMP(
      "timestamp", DataTypes.TIMESTAMP_LTZ(3).nullable(), "the timestamp; null if it has none"),
  TIMESTAMP_TYPE(
      "timestamp-type",
      DataTypes.STRING().notNull(),
      "`NoTimestampType`, `CreateTime` or `LogAppendTime`"),
  KEY("key", DataTypes.BYTES().nullable(), "the key's bytes, as they are stored"),
  HEADERS(
      "headers",
      DataTypes.MAP(DataTypes.STRING().notNull(), DataTypes.BYTES().nullable()).notNull(),
      "the headers; of several with the same name the last");

  private final String key;
  private final DataType type;
  private final String description;

  EventColumn(String key, DataType type, String description) {
    this.key = key;
    this.type = type;
    this.description = description;
  }

  /** The name in {@code METADATA FROM}. */
  String key() {
    return key;
  }

  DataType type() {
    return type;
  }

  String description() {
    return description;
  }

  static Map<String, DataType> types() {
    Map<String, DataType> all = new LinkedHashMap<>();
    Arrays.stream(values()).forEach(column -> all.put(column.key, column.type));
    return all;
  }

  static Optional<EventColumn> of(String key) {
    return Arrays.stream(values()).filter(column -> column.key.equals(key)).findFirst();
  }

  /** What it is of an event, as Flink's tables hold it. */
  @Nullable Object of(StoredEvent event) {
    return switch (this) {
      case STREAM -> StringData.fromString(event.stream());
      case GENERATION -> event.generation();
      case PARTITION -> event.partition();
      case OFFSET -> event.offset();
      case TIMESTAMP ->
          event.timestampType() == TimestampType.NONE
              ? null
              : TimestampData.fromEpochMillis(event.timestampMs());
      case TIMESTAMP_TYPE ->
          StringData.fromString(
              switch (event.timestampType()) {
                case NONE -> "NoTimestampType";
                case CREATE -> "CreateTime";
                case LOG_APPEND -> "LogAppendTime";
              });
      case KEY -> event.key();
      case HEADERS -> headers(event);
    };
  }

  private static GenericMapData headers(StoredEvent event) {
    Map<StringData, byte @Nullable []> all = new HashMap<>();
    for (int i = 0; i < event.headers(); i++) {
      all.put(StringData.fromString(event.headerName(i)), event.headerValue(i));
    }
    return new GenericMapData(all);
  }
}
