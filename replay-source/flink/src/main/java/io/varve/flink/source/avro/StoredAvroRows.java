package io.varve.flink.source.avro;

import io.varve.flink.source.StoredSchemas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Rows of values in Avro single-object encoding. Each value is read by the schema that it was
 * written with, whichever versions of it come one after another.
 *
 * <p>Thread: confined to one.
 */
public final class StoredAvroRows implements DeserializationSchema<RowData> {

  private static final long serialVersionUID = 1L;
  private static final int HEADER_BYTES = 10;

  private final RowType type;
  private final boolean oneColumn;
  private final TypeInformation<RowData> produced;

  private transient @Nullable StoredSchemas schemas;
  private transient @Nullable Map<Long, ValueReader> readers;
  private transient @Nullable AvroBytes in;

  /**
   * @param type the columns that are wanted
   * @param oneColumn whether the table has but one column of the value, which then may hold a value
   *     that is no record
   */
  public StoredAvroRows(RowType type, boolean oneColumn, TypeInformation<RowData> produced) {
    this.type = type;
    this.oneColumn = oneColumn;
    this.produced = produced;
  }

  /** Tells where the schemas are; before the first value. */
  public void use(StoredSchemas store) {
    schemas = store;
    readers = new HashMap<>();
    in = new AvroBytes();
  }

  @Override
  public @Nullable RowData deserialize(byte @Nullable [] message) throws IOException {
    AvroBytes bytes = in;
    if (bytes == null) {
      throw new IllegalStateException(
          "The format '"
              + VarveAvroFormatFactory.IDENTIFIER
              + "' reads values by the schemas of a store; use it with 'connector' = 'varve'");
    }
    if (message == null) {
      return null;
    }
    if (message.length < HEADER_BYTES || message[0] != (byte) 0xc3 || message[1] != 1) {
      throw new IOException(
          "expected Avro single-object encoding, which begins with c3 01; found "
              + message.length
              + " bytes that begin otherwise");
    }
    long fingerprint = 0;
    for (int i = 0; i < 8; i++) {
      fingerprint |= (message[2 + i] & 0xffL) << (8 * i);
    }
    bytes.begin(message, HEADER_BYTES);
    RowData row = (RowData) reader(fingerprint).read(bytes);
    if (bytes.left() > 0) {
      throw new IOException(
          bytes.left() + " bytes follow the value; it was not written by the schema that it names");
    }
    return row;
  }

  private ValueReader reader(long fingerprint) throws IOException {
    Map<Long, ValueReader> known = readers;
    StoredSchemas store = schemas;
    if (known == null || store == null) {
      throw new IllegalStateException("No store has been told");
    }
    ValueReader reader = known.get(fingerprint);
    if (reader == null) {
      Schema schema =
          new Schema.Parser().parse(new String(store.get(fingerprint), StandardCharsets.UTF_8));
      reader = readerOf(schema);
      known.put(fingerprint, reader);
    }
    return reader;
  }

  private ValueReader readerOf(Schema schema) throws IOException {
    Schema value = schema;
    if (schema.getType() == Schema.Type.UNION) {
      Schema only = RowTypes.onlyBranch(schema);
      value = only == null ? schema : only;
    }
    if (AnyReader.isAny(value) || value.getType() != Schema.Type.RECORD) {
      if (!AnyReader.isAny(value) && !oneColumn) {
        throw new IOException(
            "the value was written as "
                + schema
                + ", which is no record; a table of such values has one column");
      }
      return ReaderCompiler.whole(schema, type, oneColumn);
    }
    return ReaderCompiler.record(schema, type);
  }

  @Override
  public boolean isEndOfStream(RowData row) {
    return false;
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return produced;
  }
}
