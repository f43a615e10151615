package io.varve.flink.source.read;

import io.varve.event.Encoding;
import io.varve.event.EventView;
import io.varve.field.Condition;
import java.util.function.Predicate;

/**
 * Events whose key or value is not in the store's Avro, though a condition speaks of its fields:
 * they are not passed by, so that who decodes them says what is wrong.
 *
 * @param key whether keys are to be Avro
 * @param value whether values are to be Avro
 */
record UnexpectedEncoding(boolean key, boolean value) implements Predicate<EventView> {

  static UnexpectedEncoding of(Condition condition) {
    return new UnexpectedEncoding(
        condition.fields().stream().anyMatch(field -> field.startsWith("key.")),
        condition.fields().stream().anyMatch(field -> field.startsWith("value.")));
  }

  @Override
  public boolean test(EventView event) {
    return (key && event.keyLength() >= 0 && event.keyEncoding() != Encoding.AVRO)
        || (value && event.valueLength() >= 0 && event.valueEncoding() != Encoding.AVRO);
  }
}
