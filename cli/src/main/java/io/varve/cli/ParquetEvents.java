package io.varve.cli;

import io.varve.event.EventView;
import io.varve.event.TimestampType;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** Events as rows of a Parquet file whose keys and values are decoded. */
final class ParquetEvents {

  private final ParquetColumns keys;
  private final ParquetColumns values;
  private final Schema schema;

  /**
   * @param keys that have looked at all keys
   * @param values that have looked at all values
   * @throws BadInputException if a type's schemas can't be read as one
   */
  ParquetEvents(ParquetColumns keys, ParquetColumns values) {
    this.keys = keys;
    this.values = values;
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : AvroEvents.SCHEMA.getFields()) {
      switch (field.name()) {
        case "key" -> fields.addAll(keys.fields());
        case "value" -> fields.addAll(values.fields());
        case "timestamp" -> {
          Schema nullable = Schema.createUnion(Schema.create(Schema.Type.NULL), field.schema());
          fields.add(new Schema.Field(field.name(), nullable, null, (Object) null));
        }
        default -> fields.add(new Schema.Field(field.name(), field.schema()));
      }
    }
    schema = Schema.createRecord("DecodedEvent", null, "io.varve", false, fields);
    if (!AvroEvents.isWritable(schema)) {
      throw new BadInputException(
          "Keys and values have types of one name that differ, which one Parquet file can't hold;"
              + " use --format jsonl");
    }
  }

  Schema schema() {
    return schema;
  }

  GenericRecord row(int partition, EventView event) {
    GenericRecord row = AvroEvents.record(schema, partition, event);
    if (event.timestampType() == TimestampType.NONE) {
      row.put("timestamp", null);
    }
    keys.write(row, event.keyEncoding(), event.key());
    values.write(row, event.valueEncoding(), event.value());
    return row;
  }
}
