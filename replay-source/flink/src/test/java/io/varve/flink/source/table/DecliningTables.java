package io.varve.flink.source.table;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.types.DataType;

/**
 * The same tables under another connector's name, whose source takes in no condition that it is
 * told. Flink plans a query as for a source that does: it puts conditions into another form for
 * both.
 */
public final class DecliningTables implements DynamicTableSourceFactory {

  static final String IDENTIFIER = "varve-declining";

  private final VarveTableFactory factory = new VarveTableFactory();

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return factory.requiredOptions();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return factory.optionalOptions();
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    return new Declining((VarveTableSource) factory.createDynamicTableSource(context));
  }

  private record Declining(VarveTableSource source)
      implements ScanTableSource,
          SupportsReadingMetadata,
          SupportsProjectionPushDown,
          SupportsFilterPushDown {

    @Override
    public Result applyFilters(List<ResolvedExpression> filters) {
      return Result.of(List.of(), filters);
    }

    @Override
    public ChangelogMode getChangelogMode() {
      return source.getChangelogMode();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      return source.getScanRuntimeProvider(context);
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
      return source.listReadableMetadata();
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedType) {
      source.applyReadableMetadata(keys, producedType);
    }

    @Override
    public boolean supportsNestedProjection() {
      return source.supportsNestedProjection();
    }

    @Override
    public void applyProjection(int[][] fields, DataType producedType) {
      source.applyProjection(fields, producedType);
    }

    @Override
    public DynamicTableSource copy() {
      return new Declining((VarveTableSource) source.copy());
    }

    @Override
    public String asSummaryString() {
      return source.asSummaryString();
    }
  }
}
