package io.varve.flink.source.table;

import io.varve.field.Condition;
import io.varve.flink.source.EventRange;
import io.varve.flink.source.VarveSource;
import io.varve.flink.source.VarveSourceBuilder;
import io.varve.flink.source.avro.VarveAvroFormatFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsLimitPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Streams as a table. What a query doesn't need is not read: columns of values; times, offsets and
 * partitions outside its conditions; events whose fields don't meet them.
 *
 * <p>Thread: confined to the planner's.
 */
final class VarveTableSource
    implements ScanTableSource,
        SupportsReadingMetadata,
        SupportsProjectionPushDown,
        SupportsFilterPushDown,
        SupportsLimitPushDown,
        SupportsWatermarkPushDown {

  private final TableDefinition table;
  private int[] projection;
  private List<EventColumn> columns = List.of();
  private DataType produced;
  private EventRange range = EventRange.ALL;
  private Condition condition = Condition.all();
  private long limit = Long.MAX_VALUE;
  private WatermarkStrategy<RowData> watermarks = WatermarkStrategy.noWatermarks();

  VarveTableSource(TableDefinition table) {
    this.table = table;
    this.projection = IntStream.range(0, DataType.getFieldCount(table.physical())).toArray();
    this.produced = table.physical();
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return table.valueFormat().getChangelogMode();
  }

  @Override
  public Map<String, DataType> listReadableMetadata() {
    return EventColumn.types();
  }

  @Override
  public void applyReadableMetadata(List<String> keys, DataType producedType) {
    columns = keys.stream().map(key -> EventColumn.of(key).orElseThrow()).toList();
    produced = producedType;
  }

  @Override
  public boolean supportsNestedProjection() {
    return false;
  }

  @Override
  public void applyProjection(int[][] fields, DataType producedType) {
    projection = Projection.of(fields).toTopLevelIndexes();
    produced = producedType;
  }

  @Override
  public Result applyFilters(List<ResolvedExpression> filters) {
    // The produced row has metadata columns behind the others, under the table's names for them.
    List<String> names = DataType.getFieldNames(produced);
    Map<String, EventColumn> byName = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      byName.put(names.get(projection.length + i), columns.get(i));
    }
    PushedFilters pushed = PushedFilters.of(filters, byName, new FieldConditions(fields(names)));
    range = range.and(pushed.range());
    condition = Condition.and(condition, pushed.condition());
    return Result.of(pushed.accepted(), pushed.remaining());
  }

  /** The fields that columns are read from, as far as the store knows fields as the format does. */
  private Map<String, FieldConditions.Field> fields(List<String> names) {
    Map<String, FieldConditions.Field> fields = new HashMap<>();
    for (int i = 0; i < projection.length; i++) {
      int column = projection[i];
      boolean inKey = IntStream.of(table.keyFields()).anyMatch(each -> each == column);
      boolean inValue = IntStream.of(table.valueFields()).anyMatch(each -> each == column);
      int columnsBeside = (inKey ? table.keyFields() : table.valueFields()).length;
      // What has one column alone may be read from a value that is no record.
      if (inKey != inValue
          && columnsBeside > 1
          && VarveAvroFormatFactory.isFormat(inKey ? table.keyFormat() : table.valueFormat())) {
        String name = DataType.getFieldNames(table.physical()).get(column);
        String field = inKey ? name.substring(table.keyPrefix().length()) : name;
        LogicalType type =
            DataType.getFieldDataTypes(table.physical()).get(column).getLogicalType();
        if (FieldConditions.isFieldName(field) && !isNameOfAnother(field)) {
          fields.put(
              names.get(i),
              new FieldConditions.Field((inKey ? "key." : "value.") + field, type, type));
        }
      }
    }
    return fields;
  }

  /** Whether Avro may have given this name to the field of a column whose own it doesn't allow. */
  private boolean isNameOfAnother(String field) {
    return DataType.getFieldNames(table.physical()).stream()
        .filter(name -> !FieldConditions.isFieldName(name))
        .map(name -> name.replaceAll("[^A-Za-z0-9_]", "_"))
        .anyMatch(name -> field.startsWith(name) || field.startsWith("_" + name));
  }

  @Override
  public void applyLimit(long rows) {
    limit = rows;
  }

  @Override
  public void applyWatermark(WatermarkStrategy<RowData> strategy) {
    watermarks = strategy;
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    VarveSourceBuilder<RowData> builder = VarveSource.builder();
    table.scan().applyTo(builder);
    if (table.scan().isBounded()) {
      builder.setElementsMax(limit);
    }
    VarveSource<RowData> source =
        builder
            .setRange(range)
            .setCondition(condition)
            .setDeserializer(deserializer(context))
            .build();
    return new Provider(source, watermarks, table.name(), table.scan().parallelism());
  }

  private RowDeserialization deserializer(ScanContext context) {
    return new RowDeserialization(
        fields("key", context, table.keyFormat(), table.keyFields(), table.keyPrefix()),
        fields("value", context, table.valueFormat(), table.valueFields(), ""),
        projection.length,
        columns,
        table.tombstones(),
        context.createTypeInformation(produced));
  }

  /**
   * What is to be taken of a key or a value.
   *
   * @param fields which of the table's columns it holds
   * @return null if none of them is wanted
   */
  private @Nullable FieldsOf fields(
      String what,
      ScanContext context,
      @Nullable DecodingFormat<DeserializationSchema<RowData>> format,
      int[] fields,
      String prefix) {
    List<Integer> wanted = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < projection.length; place++) {
      for (int i = 0; i < fields.length; i++) {
        if (fields[i] == projection[place]) {
          wanted.add(i);
          places.add(place);
        }
      }
    }
    if (format == null || wanted.isEmpty()) {
      return null;
    }
    DataType all = withoutPrefix(Projection.of(fields).project(table.physical()), prefix);
    int[] indexes = wanted.stream().mapToInt(Integer::intValue).toArray();
    DeserializationSchema<RowData> decoder;
    int[] from;
    if (format instanceof ProjectableDecodingFormat<DeserializationSchema<RowData>> projectable) {
      decoder =
          projectable.createRuntimeDecoder(context, all, Projection.of(indexes).toNestedIndexes());
      from = IntStream.range(0, indexes.length).toArray();
    } else {
      decoder = format.createRuntimeDecoder(context, all);
      from = indexes;
    }
    RowData.FieldGetter[] getters = new RowData.FieldGetter[indexes.length];
    List<LogicalType> types = ((RowType) all.getLogicalType()).getChildren();
    for (int i = 0; i < indexes.length; i++) {
      getters[i] = RowData.createFieldGetter(types.get(indexes[i]), from[i]);
    }
    return new FieldsOf(
        what,
        decoder,
        getters,
        places.stream().mapToInt(Integer::intValue).toArray(),
        format instanceof ProjectableDecodingFormat
            || Arrays.equals(indexes, IntStream.range(0, fields.length).toArray()));
  }

  /** The columns under the names that the key has for them. */
  private static DataType withoutPrefix(DataType row, String prefix) {
    if (prefix.isEmpty()) {
      return row;
    }
    return DataTypes.ROW(
            DataType.getFields(row).stream()
                .map(
                    field ->
                        DataTypes.FIELD(
                            field.getName().substring(prefix.length()), field.getDataType()))
                .toList())
        .notNull();
  }

  @Override
  public DynamicTableSource copy() {
    VarveTableSource copy = new VarveTableSource(table);
    copy.projection = projection;
    copy.columns = columns;
    copy.produced = produced;
    copy.range = range;
    copy.condition = condition;
    copy.limit = limit;
    copy.watermarks = watermarks;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Varve: " + table.scan().streams() + " in " + table.scan().path();
  }

  /** Hands the source over with its watermarks, which are made for each split. */
  private record Provider(
      VarveSource<RowData> source,
      WatermarkStrategy<RowData> watermarks,
      String name,
      @Nullable Integer parallelism)
      implements DataStreamScanProvider {

    @Override
    public DataStream<RowData> produceDataStream(
        ProviderContext context, StreamExecutionEnvironment env) {
      DataStreamSource<RowData> stream = env.fromSource(source, watermarks, "Varve: " + name);
      context.generateUid("varve").ifPresent(stream::uid);
      return stream;
    }

    @Override
    public Optional<Integer> getParallelism() {
      return Optional.ofNullable(parallelism);
    }

    @Override
    public boolean isBounded() {
      return source.settings().bounded();
    }
  }
}
