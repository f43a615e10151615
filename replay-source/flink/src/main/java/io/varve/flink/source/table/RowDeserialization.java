package io.varve.flink.source.table;

import io.varve.flink.source.StoredEvent;
import io.varve.flink.source.StoredSchemas;
import io.varve.flink.source.VarveDeserializationSchema;
import io.varve.flink.source.table.TableOptions.Tombstones;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table: columns of the key, columns of the value, and behind them metadata columns. A
 * value of which no column is wanted is not looked at.
 *
 * <p>Thread: confined to one.
 */
final class RowDeserialization implements VarveDeserializationSchema<RowData> {

  private static final long serialVersionUID = 1L;

  private final @Nullable FieldsOf key;
  private final @Nullable FieldsOf value;
  private final EventColumn[] columns;
  private final int physical;
  private final Tombstones tombstones;
  private final TypeInformation<RowData> produced;

  private transient @Nullable Rows rows;

  /**
   * @param physical how many columns come of keys and values
   * @param columns what follows them
   */
  RowDeserialization(
      @Nullable FieldsOf key,
      @Nullable FieldsOf value,
      int physical,
      List<EventColumn> columns,
      Tombstones tombstones,
      TypeInformation<RowData> produced) {
    this.key = key;
    this.value = value;
    this.physical = physical;
    this.columns = columns.toArray(new EventColumn[0]);
    this.tombstones = tombstones;
    this.produced = produced;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context, StoredSchemas schemas)
      throws Exception {
    if (key != null) {
      key.open(context, schemas);
    }
    if (value != null) {
      value.open(context, schemas);
    }
  }

  @Override
  public void deserialize(StoredEvent event, Collector<RowData> out) throws IOException {
    if (event.valueLength() < 0 && tombstones == Tombstones.SKIP) {
      return;
    }
    RowData keyRow = null;
    if (key != null) {
      byte[] bytes = event.key();
      if (bytes != null) {
        key.check(event.keyEncoding());
        keyRow = key.format().deserialize(bytes);
      }
    }
    byte[] bytes = value == null ? null : event.value();
    if (value == null || bytes == null) {
      out.collect(row(event, keyRow, null));
      return;
    }
    value.check(event.valueEncoding());
    if (key == null && columns.length == 0 && value.isAll(physical)) {
      value.format().deserialize(bytes, out);
      return;
    }
    Rows completed = rows;
    if (completed == null) {
      completed = new Rows();
      rows = completed;
    }
    completed.begin(event, keyRow, out);
    value.format().deserialize(bytes, completed);
  }

  private RowData row(StoredEvent event, @Nullable RowData keyRow, @Nullable RowData valueRow) {
    GenericRowData row =
        new GenericRowData(
            valueRow == null ? RowKind.INSERT : valueRow.getRowKind(), physical + columns.length);
    if (key != null) {
      key.copy(keyRow, row);
    }
    if (value != null) {
      value.copy(valueRow, row);
    }
    for (int i = 0; i < columns.length; i++) {
      row.setField(physical + i, columns[i].of(event));
    }
    return row;
  }

  /** Completes what the value's format makes; that may be several rows, or none. */
  private final class Rows implements Collector<RowData> {

    private @Nullable StoredEvent event;
    private @Nullable RowData keyRow;
    private @Nullable Collector<RowData> out;

    void begin(StoredEvent next, @Nullable RowData keyOfIt, Collector<RowData> to) {
      event = next;
      keyRow = keyOfIt;
      out = to;
    }

    @Override
    public void collect(RowData valueRow) {
      StoredEvent of = event;
      Collector<RowData> to = out;
      if (of == null || to == null) {
        throw new IllegalStateException("No event has been begun");
      }
      to.collect(row(of, keyRow, valueRow));
    }

    @Override
    public void close() {}
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return produced;
  }
}
