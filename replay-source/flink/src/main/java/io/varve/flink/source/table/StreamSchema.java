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
import org.apache.avro.AvroRuntimeException;
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

  /** So many offsets at a log's end are looked through first for one that has a value. */
  private static final int OFFSETS_FIRST = 1000;

  /** So many more each time that none had. */
  private static final int OFFSETS_GROWTH = 8;

  /** After so many events without a value a log counts as one that has none. */
  private static final int EVENTS_MAX = 200_000;

  /** The newest value that a log holds; its bytes are those of Avro alone. */
  private record Newest(Encoding encoding, byte @Nullable [] avro, long timestampMs) {}

  /**
   * Looks at the newest generation of a stream.
   *
   * @throws AvroRuntimeException if the store has a schema that is none, with its fingerprint
   */
  static StreamSchema of(Store store, String stream) {
    Newest newest = null;
    int generation = store.latestGeneration(stream);
    for (int partition : store.partitions(stream, generation)) {
      Newest one = newestOf(store, new StreamPartition(stream, generation, partition));
      if (one != null && (newest == null || one.timestampMs() > newest.timestampMs())) {
        newest = one;
      }
    }
    return newest == null
        ? of(Encoding.BYTES, null)
        : of(newest.encoding(), avro(store, newest.avro()));
  }

  /** Looks back from a log's end, further and further. */
  private static @Nullable Newest newestOf(Store store, StreamPartition log) {
    LogStats stats = store.stats(log);
    long to = stats.nextOffset();
    long offsets = OFFSETS_FIRST;
    int events = 0;
    while (to > stats.startOffset() && events < EVENTS_MAX) {
      long from = Math.max(stats.startOffset(), to - offsets);
      Newest newest = null;
      try (LogReader reader = store.openReader(log, ReadRange.offsets(from, to))) {
        while (reader.next()) {
          events++;
          EventView event = reader.event();
          if (event.valueLength() >= 0) {
            Encoding encoding = event.valueEncoding();
            newest =
                new Newest(
                    encoding,
                    encoding == Encoding.AVRO ? event.value() : null,
                    event.timestampMs());
          }
        }
      }
      if (newest != null) {
        return newest;
      }
      to = from;
      offsets *= OFFSETS_GROWTH;
    }
    return null;
  }

  private static @Nullable Schema avro(Store store, byte @Nullable [] value) {
    if (value == null || value.length < 10) {
      return null;
    }
    long fingerprint = 0;
    for (int i = 0; i < 8; i++) {
      fingerprint |= (value[2 + i] & 0xffL) << (8 * i);
    }
    byte[] text = store.schemas().get(fingerprint);
    try {
      return new Schema.Parser().parse(new String(text, StandardCharsets.UTF_8));
    } catch (AvroRuntimeException e) {
      throw new AvroRuntimeException(
          String.format(
              "The schema %016x of its newest value is none that Avro reads: %s",
              fingerprint, e.getMessage()),
          e);
    }
  }

  private static StreamSchema of(Encoding encoding, @Nullable Schema avro) {
    org.apache.flink.table.api.Schema.Builder columns =
        org.apache.flink.table.api.Schema.newBuilder();
    Set<String> names = new HashSet<>();
    String format = avro == null ? "raw" : VarveAvroFormatFactory.IDENTIFIER;
    if (avro == null) {
      add(
          columns,
          names,
          VALUE,
          encoding == Encoding.STRING ? DataTypes.STRING() : DataTypes.BYTES());
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
