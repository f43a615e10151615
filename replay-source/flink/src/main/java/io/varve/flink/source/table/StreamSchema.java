package io.varve.flink.source.table;

import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.Encoding;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.flink.source.avro.RowTypes;
import io.varve.flink.source.avro.VarveAvroFormatFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.AbstractDataType;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * What columns a stream has, by the newest value that it holds. Older ones may have been written by
 * other schemas; what they lack is null.
 *
 * @param schema physical columns, and metadata columns whose names begin with an underscore
 * @param format of the values
 */
record StreamSchema(org.apache.flink.table.api.Schema schema, String format) {

  /** A column for a value that is no record. */
  private static final String VALUE = "value";

  /** So many offsets at a log's end are looked through for one that has a value. */
  private static final int OFFSETS_MAX = 1000;

  /** The newest value's kind: its encoding, and its schema if it has one. */
  private record Kind(Encoding encoding, @Nullable Schema avro, long timestampMs) {}

  /** Looks at the newest generation of a stream. */
  static StreamSchema of(Store store, String stream) {
    Kind newest = null;
    int generation = store.latestGeneration(stream);
    for (int partition : store.partitions(stream, generation)) {
      Kind kind = newestOf(store, new StreamPartition(stream, generation, partition));
      if (kind != null && (newest == null || kind.timestampMs() > newest.timestampMs())) {
        newest = kind;
      }
    }
    return of(newest == null ? new Kind(Encoding.BYTES, null, 0) : newest);
  }

  private static @Nullable Kind newestOf(Store store, StreamPartition log) {
    LogStats stats = store.stats(log);
    Kind kind = null;
    long from = Math.max(stats.startOffset(), stats.nextOffset() - OFFSETS_MAX);
    try (LogReader reader = store.openReader(log, ReadRange.offsets(from, stats.nextOffset()))) {
      while (reader.next()) {
        EventView event = reader.event();
        if (event.valueLength() >= 0) {
          kind = new Kind(event.valueEncoding(), avro(store, event), event.timestampMs());
        }
      }
    }
    return kind;
  }

  private static @Nullable Schema avro(Store store, EventView event) {
    byte[] value = event.value();
    if (event.valueEncoding() != Encoding.AVRO || value == null || value.length < 10) {
      return null;
    }
    long fingerprint = 0;
    for (int i = 0; i < 8; i++) {
      fingerprint |= (value[2 + i] & 0xffL) << (8 * i);
    }
    byte[] text = store.schemas().get(fingerprint);
    return new Schema.Parser().parse(new String(text, StandardCharsets.UTF_8));
  }

  private static StreamSchema of(Kind kind) {
    org.apache.flink.table.api.Schema.Builder columns =
        org.apache.flink.table.api.Schema.newBuilder();
    Set<String> names = new HashSet<>();
    Schema avro = kind.avro();
    String format = avro == null ? "raw" : VarveAvroFormatFactory.IDENTIFIER;
    if (avro == null) {
      add(
          columns,
          names,
          VALUE,
          kind.encoding() == Encoding.STRING ? DataTypes.STRING() : DataTypes.BYTES());
    } else {
      DataType type = typeOf(avro);
      if (type == null || DataType.getFieldCount(type) == 0) {
        // Without a fixed set of fields: as JSON.
        add(columns, names, VALUE, type == null ? DataTypes.STRING() : type);
      } else if (avro.getType() == Schema.Type.RECORD || isRecordOrNull(avro)) {
        List<DataTypes.Field> fields = DataType.getFields(type);
        fields.forEach(field -> add(columns, names, field.getName(), field.getDataType()));
      } else {
        add(columns, names, VALUE, type);
      }
    }
    Arrays.stream(EventColumn.values())
        .forEach(
            column -> {
              String name = "_" + column.key().toLowerCase(Locale.ROOT).replace('-', '_');
              if (names.add(name)) {
                columns.columnByMetadata(name, column.type(), column.key(), true);
              }
            });
    return new StreamSchema(columns.build(), format);
  }

  private static boolean isRecordOrNull(Schema avro) {
    return avro.getType() == Schema.Type.UNION
        && avro.getTypes().stream().anyMatch(type -> type.getType() == Schema.Type.RECORD);
  }

  /** Null if what a value is stands in the value alone. */
  private static @Nullable DataType typeOf(Schema avro) {
    try {
      return RowTypes.of(avro);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static void add(
      org.apache.flink.table.api.Schema.Builder columns,
      Set<String> names,
      String name,
      AbstractDataType<?> type) {
    names.add(name);
    columns.column(name, type);
  }
}
