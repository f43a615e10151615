package io.varve.flink.source;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.Collector;

/** Leaves an event's value to one of Flink's own schemas. */
final class ValueDeserialization<T> implements VarveDeserializationSchema<T> {

  private static final long serialVersionUID = 1L;

  private final DeserializationSchema<T> values;

  ValueDeserialization(DeserializationSchema<T> values) {
    this.values = values;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context, StoredSchemas schemas)
      throws Exception {
    values.open(context);
  }

  @Override
  public void deserialize(StoredEvent event, Collector<T> out) throws IOException {
    byte[] value = event.value();
    if (value != null) {
      values.deserialize(value, out);
    }
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return values.getProducedType();
  }
}
