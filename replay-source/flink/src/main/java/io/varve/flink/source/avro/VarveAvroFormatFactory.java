package io.varve.flink.source.avro;

import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** The format {@code varve-avro}: what the connectors store of structured values. */
public final class VarveAvroFormatFactory implements DeserializationFormatFactory {

  public static final String IDENTIFIER = "varve-avro";

  @Override
  public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
      DynamicTableFactory.Context context, ReadableConfig options) {
    return new Format();
  }

  /** Whether a format is one of this. */
  public static boolean isFormat(@Nullable DecodingFormat<?> format) {
    return format instanceof Format;
  }

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  /** Columns go by the names of the value's fields. */
  private static final class Format
      implements ProjectableDecodingFormat<DeserializationSchema<RowData>> {

    @Override
    public DeserializationSchema<RowData> createRuntimeDecoder(
        DynamicTableSource.Context context, DataType columns, int[][] projections) {
      DataType wanted = Projection.of(projections).project(columns);
      return new StoredAvroRows(
          (RowType) wanted.getLogicalType(),
          DataType.getFieldCount(columns) == 1,
          context.createTypeInformation(wanted));
    }

    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }
  }
}
