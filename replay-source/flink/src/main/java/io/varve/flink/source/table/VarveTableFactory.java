package io.varve.flink.source.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** Makes tables with {@code 'connector' = 'varve'}. */
public final class VarveTableFactory implements DynamicTableSourceFactory {

  public static final String IDENTIFIER = "varve";

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(TableOptions.STORE_PATH, TableOptions.STREAMS);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    Set<ConfigOption<?>> optional = new HashSet<>(TableOptions.all());
    optional.removeAll(requiredOptions());
    return optional;
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    Optional<DecodingFormat<DeserializationSchema<RowData>>> keyFormat =
        helper.discoverOptionalDecodingFormat(
            DeserializationFormatFactory.class, TableOptions.KEY_FORMAT);
    DecodingFormat<DeserializationSchema<RowData>> valueFormat =
        helper
            .discoverOptionalDecodingFormat(DeserializationFormatFactory.class, TableOptions.FORMAT)
            .orElseGet(
                () ->
                    helper.discoverDecodingFormat(
                        DeserializationFormatFactory.class, TableOptions.VALUE_FORMAT));
    helper.validate();
    ReadableConfig options = helper.getOptions();
    DataType physical = context.getPhysicalRowDataType();
    int[] keyFields = keyFields(options, physical, keyFormat.isPresent());
    boolean batch =
        context.getConfiguration().get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH;
    return new VarveTableSource(
        new TableDefinition(
            context.getObjectIdentifier().asSummaryString(),
            physical,
            keyFormat.orElse(null),
            keyFields,
            options.get(TableOptions.KEY_FIELDS_PREFIX),
            valueFormat,
            valueFields(options, physical, keyFields),
            options.get(TableOptions.TOMBSTONES),
            ScanDefinition.of(options, batch)));
  }

  private static int[] keyFields(ReadableConfig options, DataType physical, boolean format) {
    List<String> names = options.get(TableOptions.KEY_FIELDS);
    if (format == names.isEmpty()) {
      throw new ValidationException(
          "'key.format' and 'key.fields' belong together: set both, or none; to have the key's"
              + " bytes, declare a column METADATA FROM 'key'");
    }
    List<String> columns = DataType.getFieldNames(physical);
    String prefix = options.get(TableOptions.KEY_FIELDS_PREFIX);
    int[] fields = new int[names.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = columns.indexOf(names.get(i));
      if (fields[i] < 0 || !names.get(i).startsWith(prefix)) {
        throw new ValidationException(
            "Invalid column '"
                + names.get(i)
                + "' in option 'key.fields': expected columns of the table, which are "
                + columns
                + ", whose names begin with '"
                + prefix
                + "'");
      }
    }
    return fields;
  }

  private static int[] valueFields(ReadableConfig options, DataType physical, int[] keyFields) {
    int all = DataType.getFieldCount(physical);
    if (!physical.getLogicalType().is(LogicalTypeRoot.ROW)) {
      throw new ValidationException("Expected a table of columns, found " + physical);
    }
    if (options.get(TableOptions.VALUE_FIELDS) == TableOptions.ValueFields.ALL) {
      if (!options.get(TableOptions.KEY_FIELDS_PREFIX).isEmpty()) {
        throw new ValidationException(
            "'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY': columns with the"
                + " prefix are the key's alone");
      }
      return IntStream.range(0, all).toArray();
    }
    List<Integer> fields = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      int field = i;
      if (IntStream.of(keyFields).noneMatch(key -> key == field)) {
        fields.add(i);
      }
    }
    return fields.stream().mapToInt(Integer::intValue).toArray();
  }
}
