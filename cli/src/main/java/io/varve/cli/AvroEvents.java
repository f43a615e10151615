package io.varve.cli;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Events as Avro records of one schema, from which they come back to the byte. */
final class AvroEvents {

  private static final String BYTES =
      """
      {"type":"record","name":"%s","fields":[%s
        {"name":"encoding","type":"string","doc":"none, bytes, string or avro"},
        {"name":"bytes","type":["null","bytes"]}]}
      """;

  /** The schema of all records; see {@code varve export --help}. */
  static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Event","namespace":"io.varve","fields":[
                {"name":"partition","type":"int"},
                {"name":"offset","type":"long"},
                {"name":"timestamp","type":{"type":"long","logicalType":"timestamp-millis"}},
                {"name":"timestampType","type":"string","doc":"none, create or log_append"},
                {"name":"key","type":%s},
                {"name":"value","type":"Data"},
                {"name":"headers","type":{"type":"array","items":%s}},
                {"name":"messageId","type":["null","bytes"]},
                {"name":"dueTime","type":["null","long"]}]}
              """
                  .formatted(
                      BYTES.formatted("Data", ""),
                      BYTES.formatted("Header", "{\"name\":\"name\",\"type\":\"string\"},")));

  private static final Schema DATA = SCHEMA.getField("key").schema();
  private static final Schema HEADER = SCHEMA.getField("headers").schema().getElementType();

  private AvroEvents() {}

  /**
   * The schema of records whose keys and values are decoded; the other fields are the same.
   *
   * @throws BadInputException if both have a type of one name that is not the same in both
   */
  static Schema decoded(Schema key, Schema value) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : SCHEMA.getFields()) {
      Schema of =
          switch (field.name()) {
            case "key" -> key;
            case "value" -> value;
            default -> field.schema();
          };
      fields.add(new Schema.Field(field.name(), of));
    }
    Schema schema = Schema.createRecord("DecodedEvent", null, "io.varve", false, fields);
    if (!isWritable(schema)) {
      throw new BadInputException(
          "Keys and values have types of one name that differ, which one Avro file can't hold; use"
              + " --format jsonl");
    }
    return schema;
  }

  /**
   * Whether a file can begin with the schema. Of two types with one name, which may stand anywhere
   * in it, Avro writes down the first and takes the second for the same.
   */
  static boolean isWritable(Schema schema) {
    return new Schema.Parser().parse(schema.toString()).equals(schema);
  }

  static GenericRecord write(int partition, EventView event) {
    GenericRecord to = record(SCHEMA, partition, event);
    to.put("key", data(new GenericData.Record(DATA), event.keyEncoding(), event.key()));
    to.put("value", data(new GenericData.Record(DATA), event.valueEncoding(), event.value()));
    return to;
  }

  /** A record without key and value. */
  static GenericRecord record(Schema schema, int partition, EventView event) {
    GenericRecord to = new GenericData.Record(schema);
    to.put("partition", partition);
    to.put("offset", event.offset());
    to.put("timestamp", event.timestampMs());
    to.put("timestampType", name(event.timestampType()));
    List<GenericRecord> headers = new ArrayList<>();
    for (Headers.Header header : event.headers().asList()) {
      GenericRecord record =
          data(new GenericData.Record(HEADER), header.encoding(), header.value());
      record.put("name", header.name());
      headers.add(record);
    }
    to.put("headers", headers);
    byte[] id = event.messageId();
    to.put("messageId", id == null ? null : ByteBuffer.wrap(id));
    to.put("dueTime", event.dueTimeMs() == Event.NOT_DELAYED ? null : event.dueTimeMs());
    return to;
  }

  private static GenericRecord data(GenericRecord to, Encoding encoding, byte @Nullable [] bytes) {
    to.put("encoding", name(encoding));
    to.put("bytes", bytes == null ? null : ByteBuffer.wrap(bytes));
    return to;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static PlacedEvent read(GenericRecord from) {
    Headers.Builder headers = Headers.builder();
    for (Object each : (List<?>) from.get("headers")) {
      GenericRecord header = (GenericRecord) each;
      headers.add(header.get("name").toString(), encoding(header), bytes(header.get("bytes")));
    }
    GenericRecord key = (GenericRecord) from.get("key");
    GenericRecord value = (GenericRecord) from.get("value");
    Object dueTime = from.get("dueTime");
    return new PlacedEvent(
        (Integer) from.get("partition"),
        new Event(
            (Long) from.get("offset"),
            (Long) from.get("timestamp"),
            TimestampType.valueOf(text(from, "timestampType")),
            encoding(key),
            bytes(key.get("bytes")),
            encoding(value),
            bytes(value.get("bytes")),
            headers.build(),
            bytes(from.get("messageId")),
            dueTime == null ? Event.NOT_DELAYED : (Long) dueTime));
  }

  private static Encoding encoding(GenericRecord data) {
    return Encoding.valueOf(text(data, "encoding"));
  }

  private static String text(GenericRecord from, String field) {
    return from.get(field).toString().toUpperCase(Locale.ROOT);
  }

  private static byte @Nullable [] bytes(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    ByteBuffer buffer = (ByteBuffer) value;
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
