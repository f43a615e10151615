package io.varve.flink.source.table;

import io.varve.flink.source.table.TableOptions.Tombstones;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * A table as it was declared.
 *
 * @param name what it is called, for people
 * @param physical its columns, without metadata columns
 * @param keyFields which of them the key holds
 * @param keyPrefix what their names begin with in the table alone
 * @param valueFields which of them the value holds
 * @param scan what is read
 */
record TableDefinition(
    String name,
    DataType physical,
    @Nullable DecodingFormat<DeserializationSchema<RowData>> keyFormat,
    int[] keyFields,
    String keyPrefix,
    DecodingFormat<DeserializationSchema<RowData>> valueFormat,
    int[] valueFields,
    Tombstones tombstones,
    ScanDefinition scan) {}
