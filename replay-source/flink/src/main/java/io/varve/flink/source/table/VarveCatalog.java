package io.varve.flink.source.table;

import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.flink.source.StoreAccess;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.flink.table.catalog.AbstractCatalog;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.CatalogDatabaseImpl;
import org.apache.flink.table.catalog.CatalogFunction;
import org.apache.flink.table.catalog.CatalogPartition;
import org.apache.flink.table.catalog.CatalogPartitionSpec;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.CatalogException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.FunctionNotExistException;
import org.apache.flink.table.catalog.exceptions.PartitionNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotPartitionedException;
import org.apache.flink.table.catalog.stats.CatalogColumnStatistics;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.expressions.Expression;
import org.apache.flink.table.factories.Factory;

/**
 * The streams of a store as tables, which are there because the streams are: nothing is kept, and
 * nothing can be made or changed. A table's columns are those of the newest value that its stream
 * holds ({@link StreamSchema}).
 *
 * <p>Thread: safe; each call opens the store for itself.
 */
public final class VarveCatalog extends AbstractCatalog {

  /** The one database, unless it is told otherwise. */
  static final String DATABASE = "default";

  private final String path;

  VarveCatalog(String name, String database, String path) {
    super(name, database);
    this.path = path;
  }

  private Store store() {
    try {
      return StoreAccess.open(path, "the catalog '" + getName() + "'");
    } catch (IllegalStateException e) {
      throw new CatalogException(e.getMessage(), e);
    }
  }

  @Override
  public Optional<Factory> getFactory() {
    return Optional.of(new VarveTableFactory());
  }

  @Override
  public void open() {
    store().close();
  }

  @Override
  public void close() {}

  @Override
  public List<String> listDatabases() {
    return List.of(getDefaultDatabase());
  }

  @Override
  public CatalogDatabase getDatabase(String database) throws DatabaseNotExistException {
    check(database);
    return new CatalogDatabaseImpl(Map.of(), "The streams of the store " + path);
  }

  @Override
  public boolean databaseExists(String database) {
    return database.equals(getDefaultDatabase());
  }

  private void check(String database) throws DatabaseNotExistException {
    if (!databaseExists(database)) {
      throw new DatabaseNotExistException(getName(), database);
    }
  }

  @Override
  public List<String> listTables(String database) throws DatabaseNotExistException {
    check(database);
    try (Store store = store()) {
      return List.copyOf(store.streams());
    }
  }

  @Override
  public List<String> listViews(String database) throws DatabaseNotExistException {
    check(database);
    return List.of();
  }

  @Override
  public boolean tableExists(ObjectPath table) {
    if (!databaseExists(table.getDatabaseName())
        || !StreamPartition.isStreamName(table.getObjectName())) {
      return false;
    }
    try (Store store = store()) {
      return store.latestGeneration(table.getObjectName()) > 0;
    }
  }

  @Override
  public CatalogBaseTable getTable(ObjectPath table) throws TableNotExistException {
    if (!tableExists(table)) {
      throw new TableNotExistException(getName(), table);
    }
    try (Store store = store()) {
      StreamSchema columns = StreamSchema.of(store, table.getObjectName());
      return CatalogTable.newBuilder()
          .schema(columns.schema())
          .comment("The stream " + table.getObjectName() + " of the store " + path)
          .options(
              Map.of(
                  "connector",
                  VarveTableFactory.IDENTIFIER,
                  TableOptions.STORE_PATH.key(),
                  path,
                  TableOptions.STREAMS.key(),
                  table.getObjectName(),
                  "format",
                  columns.format()))
          .build();
    } catch (VarveException | AvroRuntimeException e) {
      throw new CatalogException(
          "The columns of the stream "
              + table.getObjectName()
              + " can't be told: "
              + e.getMessage(),
          e);
    }
  }

  private UnsupportedOperationException readOnly(String what) {
    return new UnsupportedOperationException(
        "The catalog '"
            + getName()
            + "' shows what the store "
            + path
            + " holds, and can't "
            + what
            + ". Make tables of your own in another catalog, with 'connector' = 'varve'; to change"
            + " settings of one here, use /*+ OPTIONS(...) */ or CREATE TABLE ... LIKE");
  }

  @Override
  public void createDatabase(String name, CatalogDatabase database, boolean ignoreIfExists) {
    throw readOnly("make databases");
  }

  @Override
  public void dropDatabase(String name, boolean ignoreIfNotExists, boolean cascade) {
    throw readOnly("drop databases");
  }

  @Override
  public void alterDatabase(String name, CatalogDatabase database, boolean ignoreIfNotExists) {
    throw readOnly("alter databases");
  }

  @Override
  public void dropTable(ObjectPath table, boolean ignoreIfNotExists) {
    throw readOnly("drop streams");
  }

  @Override
  public void renameTable(ObjectPath table, String name, boolean ignoreIfNotExists) {
    throw readOnly("rename streams");
  }

  @Override
  public void createTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfExists) {
    throw readOnly("make tables");
  }

  @Override
  public void alterTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfNotExists) {
    throw readOnly("alter tables");
  }

  @Override
  public List<CatalogPartitionSpec> listPartitions(ObjectPath table)
      throws TableNotPartitionedException {
    throw new TableNotPartitionedException(getName(), table);
  }

  @Override
  public List<CatalogPartitionSpec> listPartitions(ObjectPath table, CatalogPartitionSpec spec)
      throws TableNotPartitionedException {
    throw new TableNotPartitionedException(getName(), table);
  }

  @Override
  public List<CatalogPartitionSpec> listPartitionsByFilter(
      ObjectPath table, List<Expression> filters) throws TableNotPartitionedException {
    throw new TableNotPartitionedException(getName(), table);
  }

  @Override
  public CatalogPartition getPartition(ObjectPath table, CatalogPartitionSpec spec)
      throws PartitionNotExistException {
    throw new PartitionNotExistException(getName(), table, spec);
  }

  @Override
  public boolean partitionExists(ObjectPath table, CatalogPartitionSpec spec) {
    return false;
  }

  @Override
  public void createPartition(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogPartition partition,
      boolean ignoreIfExists) {
    throw readOnly("make partitions");
  }

  @Override
  public void dropPartition(
      ObjectPath table, CatalogPartitionSpec spec, boolean ignoreIfNotExists) {
    throw readOnly("drop partitions");
  }

  @Override
  public void alterPartition(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogPartition partition,
      boolean ignoreIfNotExists) {
    throw readOnly("alter partitions");
  }

  @Override
  public List<String> listFunctions(String database) throws DatabaseNotExistException {
    check(database);
    return List.of();
  }

  @Override
  public CatalogFunction getFunction(ObjectPath function) throws FunctionNotExistException {
    throw new FunctionNotExistException(getName(), function);
  }

  @Override
  public boolean functionExists(ObjectPath function) {
    return false;
  }

  @Override
  public void createFunction(ObjectPath path, CatalogFunction function, boolean ignoreIfExists) {
    throw readOnly("make functions");
  }

  @Override
  public void alterFunction(ObjectPath path, CatalogFunction function, boolean ignoreIfNotExists) {
    throw readOnly("alter functions");
  }

  @Override
  public void dropFunction(ObjectPath path, boolean ignoreIfNotExists) {
    throw readOnly("drop functions");
  }

  @Override
  public CatalogTableStatistics getTableStatistics(ObjectPath table) {
    return CatalogTableStatistics.UNKNOWN;
  }

  @Override
  public CatalogColumnStatistics getTableColumnStatistics(ObjectPath table) {
    return CatalogColumnStatistics.UNKNOWN;
  }

  @Override
  public CatalogTableStatistics getPartitionStatistics(
      ObjectPath table, CatalogPartitionSpec spec) {
    return CatalogTableStatistics.UNKNOWN;
  }

  @Override
  public CatalogColumnStatistics getPartitionColumnStatistics(
      ObjectPath table, CatalogPartitionSpec spec) {
    return CatalogColumnStatistics.UNKNOWN;
  }

  @Override
  public void alterTableStatistics(
      ObjectPath table, CatalogTableStatistics statistics, boolean ignoreIfNotExists) {
    throw readOnly("keep statistics");
  }

  @Override
  public void alterTableColumnStatistics(
      ObjectPath table, CatalogColumnStatistics statistics, boolean ignoreIfNotExists) {
    throw readOnly("keep statistics");
  }

  @Override
  public void alterPartitionStatistics(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogTableStatistics statistics,
      boolean ignoreIfNotExists) {
    throw readOnly("keep statistics");
  }

  @Override
  public void alterPartitionColumnStatistics(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogColumnStatistics statistics,
      boolean ignoreIfNotExists) {
    throw readOnly("keep statistics");
  }
}
