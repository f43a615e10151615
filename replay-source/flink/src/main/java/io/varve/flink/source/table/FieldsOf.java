package io.varve.flink.source.table;

import io.varve.flink.source.StoredEvent.Encoding;
import io.varve.flink.source.StoredSchemas;
import io.varve.flink.source.avro.StoredAvroRows;
import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * The columns that come of an event's key, or of its value.
 *
 * @param what {@code key} or {@code value}, for errors
 * @param format reads the bytes
 * @param getters what is taken of a row that the format made
 * @param places where in the table's row it goes
 * @param whole whether a row of the format's has just these columns, in this order
 */
record FieldsOf(
    String what,
    DeserializationSchema<RowData> format,
    RowData.FieldGetter[] getters,
    int[] places,
    boolean whole)
    implements Serializable {

  void open(DeserializationSchema.InitializationContext context, StoredSchemas schemas)
      throws Exception {
    if (format instanceof StoredAvroRows rows) {
      rows.use(schemas);
    }
    format.open(context);
  }

  /** Throws unless the format is one for bytes of that kind. */
  void check(Encoding encoding) throws IOException {
    boolean reads = format instanceof StoredAvroRows;
    if (reads != (encoding == Encoding.AVRO)) {
      throw new IOException(
          "the "
              + what
              + " is stored as "
              + encoding
              + (reads
                  ? ", and not in the store's Avro; choose a format for what the topic held, such"
                      + " as 'json' or 'raw'"
                  : ", the store's own Avro; set '" + what + ".format' = 'varve-avro'"));
    }
  }

  /** Whether a row of the format's is the table's row as it is. */
  boolean isAll(int arity) {
    if (!whole || places.length != arity) {
      return false;
    }
    for (int i = 0; i < places.length; i++) {
      if (places[i] != i) {
        return false;
      }
    }
    return true;
  }

  void copy(@Nullable RowData from, GenericRowData to) {
    if (from != null) {
      for (int i = 0; i < places.length; i++) {
        to.setField(places[i], getters[i].getFieldOrNull(from));
      }
    }
  }
}
