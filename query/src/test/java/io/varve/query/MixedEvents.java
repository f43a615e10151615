package io.varve.query;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Events of a stream whose values have changed in encoding, schema and types over time. */
final class MixedEvents {

  static final StreamPartition LOG = new StreamPartition("orders", 1, 3);
  static final List<String> FIELDS =
      List.of(
          "value.customer_id",
          "value.total",
          "value.country",
          "value.order.id",
          "value.placed",
          "value.paid",
          "key");

  /** 2026-01-01T00:00:00Z. */
  static final long NEW_YEAR_MS = 1_767_225_600_000L;

  private static final String ADDRESSED =
      """
      {"type":"record","name":"Order","fields":[
        {"name":"note","type":["null","string"]},
        {"name":"customer_id","type":%s},
        {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
          {"name":"sku","type":"string"},{"name":"count","type":"int"}]}}},
        {"name":"total","type":%s},
        {"name":"country","type":{"type":"enum","name":"Country","symbols":["DE","FR","UA","US"]}},
        {"name":"tags","type":{"type":"map","values":"long"}},
        {"name":"order","type":["null",{"type":"record","name":"Ref","fields":[
          {"name":"id","type":"%s"}]}]},
        {"name":"placed","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"paid","type":["null","boolean"]}]}
      """;

  private static final List<Schema> SCHEMAS =
      List.of(
          schema("\"int\"", "\"double\"", "string"),
          schema("\"string\"", "\"long\"", "long"),
          schema(
              "[\"null\",\"long\"]",
              "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}",
              "bytes"),
          schema("\"float\"", "\"float\"", "double"));

  private static final String[] COUNTRIES = {"DE", "FR", "UA", "US"};

  final List<Event> events = new ArrayList<>();
  private final Random random;

  MixedEvents(long seed) {
    random = new Random(seed);
  }

  private static Schema schema(String customer, String total, String id) {
    return new Schema.Parser().parse(String.format(ADDRESSED, customer, total, id));
  }

  static LogSettings small() {
    return LogSettings.defaults()
        .withBatchBytes(2 << 10)
        .withSegmentBytes(64 << 10)
        .withCodec(Codec.LZ4);
  }

  void append(Store store, int count) {
    for (int i = 0; i < SCHEMAS.size(); i++) {
      store.schemas().put(i, SCHEMAS.get(i).toString().getBytes(StandardCharsets.UTF_8));
    }
    try (LogWriter writer = store.openWriter(LOG, small(), "test")) {
      for (int i = 0; i < count; i++) {
        Event event = event(writer.nextOffset() + (random.nextInt(50) == 0 ? 3 : 0));
        events.add(event);
        writer.append(event);
      }
    }
  }

  private Event event(long offset) {
    boolean timed = random.nextInt(30) > 0;
    int kind = random.nextInt(10);
    Encoding encoding =
        kind < 5
            ? Encoding.AVRO
            : kind < 8 ? Encoding.STRING : kind < 9 ? Encoding.BYTES : Encoding.NONE;
    byte[] value =
        kind < 5
            ? avro(random.nextInt(SCHEMAS.size()))
            : kind < 9 ? json().getBytes(StandardCharsets.UTF_8) : null;
    return new Event(
        offset,
        timed ? NEW_YEAR_MS + random.nextInt(1_000_000) : Event.NO_TIMESTAMP,
        timed ? TimestampType.CREATE : TimestampType.NONE,
        random.nextInt(4) == 0 ? Encoding.BYTES : Encoding.STRING,
        random.nextInt(10) == 0
            ? null
            : ("k" + random.nextInt(40)).getBytes(StandardCharsets.UTF_8),
        encoding,
        value,
        random.nextInt(3) == 0
            ? Headers.builder()
                .add("trace", Encoding.STRING, ("t" + random.nextInt(9)).getBytes())
                .build()
            : Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  private byte[] avro(int version) {
    Schema schema = SCHEMAS.get(version);
    GenericData.Record order = new GenericData.Record(schema);
    int customer = customer();
    order.put("note", random.nextBoolean() ? null : "x".repeat(random.nextInt(200)));
    order.put(
        "customer_id",
        switch (version) {
          case 0 -> customer;
          case 1 -> Integer.toString(customer);
          case 2 -> random.nextInt(5) == 0 ? null : (long) customer;
          default -> customer + 0.5f;
        });
    int cents = random.nextInt(20_000);
    order.put(
        "total",
        switch (version) {
          case 0 -> random.nextInt(20) == 0 ? Double.NaN : cents / 100.0;
          case 1 -> (long) (cents / 100);
          case 2 -> ByteBuffer.wrap(java.math.BigInteger.valueOf(cents).toByteArray());
          default -> random.nextInt(20) == 0 ? noNumber() : cents / 100f;
        });
    List<GenericData.Record> lines = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      GenericData.Record line =
          new GenericData.Record(schema.getField("lines").schema().getElementType());
      line.put("sku", "sku-" + random.nextInt(100));
      line.put("count", random.nextInt(9));
      lines.add(line);
    }
    order.put("lines", lines);
    order.put(
        "country",
        new GenericData.EnumSymbol(
            schema.getField("country").schema(), COUNTRIES[random.nextInt(4)]));
    Map<String, Long> tags = new HashMap<>();
    tags.put("a", (long) random.nextInt(10));
    order.put("tags", tags);
    if (random.nextInt(4) > 0) {
      GenericData.Record ref =
          new GenericData.Record(schema.getField("order").schema().getTypes().get(1));
      int id = random.nextInt(5_000);
      ref.put(
          "id",
          switch (version) {
            case 0 -> "o-" + id;
            case 1 -> (long) id;
            case 2 -> ByteBuffer.wrap(new byte[] {(byte) id, (byte) (id >> 8)});
            default -> id / 2.0;
          });
      order.put("order", ref);
    }
    order.put("placed", NEW_YEAR_MS + random.nextInt(1_000_000));
    order.put("paid", random.nextInt(3) == 0 ? null : random.nextBoolean());
    return encoded(version, order);
  }

  private static byte[] encoded(long fingerprint, GenericData.Record record) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(
          ByteBuffer.allocate(10)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putShort((short) 0x01c3)
              .putLong(fingerprint)
              .array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<>(record.getSchema()).write(record, encoder);
      encoder.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private float noNumber() {
    return switch (random.nextInt(3)) {
      case 0 -> Float.NEGATIVE_INFINITY;
      case 1 -> Float.POSITIVE_INFINITY;
      default -> Float.NaN;
    };
  }

  private int customer() {
    return random.nextInt(10) == 0 ? 7 : random.nextInt(1_000);
  }

  private String json() {
    return switch (random.nextInt(12)) {
      case 0 -> "plain text";
      case 1 -> "{\"customer_id\":" + customer() + ",";
      case 2 -> "[1,2,{\"customer_id\":7}]";
      case 3 ->
          "{\"customer_id\":7,\"customer_id\":"
              + customer()
              + ",\"order\":{\"id\":\"o-1\"},\"order\":null}";
      case 4 -> "{\"order\":{\"id\":[1]},\"country\":{\"x\":1},\"total\":null,\"paid\":\"yes\"}";
      case 5 -> "{\"total \":" + random.nextInt(9) + ",\"order\":{\" id\":1,\"\":2}}";
      case 6 -> "{\"total\":1e3,\"customer_id\":9007199254740993,\"country\":\"\\ud800\"}";
      default ->
          " {\"customer_id\":"
              + (random.nextInt(4) == 0 ? "\"" + customer() + "\"" : customer())
              + ",\"total\":"
              + random.nextInt(20_000) / 100.0
              + ",\"country\":\""
              + COUNTRIES[random.nextInt(4)]
              + "\",\"order\":{\"id\":\"o-"
              + random.nextInt(5_000)
              + "\"},\"paid\":"
              + random.nextBoolean()
              + "}";
    };
  }

  /** A filter of a few terms. */
  String filter(int depth) {
    int kind = depth == 0 ? 9 : random.nextInt(10);
    return switch (kind) {
      case 0, 1, 2 -> "(" + filter(depth - 1) + " && " + filter(depth - 1) + ")";
      case 3, 4 -> "(" + filter(depth - 1) + " || " + filter(depth - 1) + ")";
      case 5 -> "!(" + filter(depth - 1) + ")";
      case 6 ->
          "(" + filter(depth - 1) + " ? " + filter(depth - 1) + " : " + filter(depth - 1) + ")";
      default -> term();
    };
  }

  private String term() {
    String operator = List.of("==", "!=", "<", "<=", ">", ">=").get(random.nextInt(6));
    return switch (random.nextInt(24)) {
      case 0, 1 -> "value.customer_id == " + customer();
      case 2 ->
          "value.customer_id " + operator + " " + (customer() + (random.nextBoolean() ? 0.5 : 0.0));
      case 3 -> "value.customer_id == \"" + customer() + "\"";
      case 4 -> "value.total " + operator + " " + random.nextInt(200);
      case 5 -> "value.total " + operator + " " + random.nextInt(20_000) / 100.0;
      case 6 -> "value.country in [\"DE\", \"" + COUNTRIES[random.nextInt(4)] + "\"]";
      case 7 -> "value.country " + operator + " \"" + COUNTRIES[random.nextInt(4)] + "\"";
      case 8 -> "value.order.id == \"o-" + random.nextInt(5_000) + "\"";
      case 9 -> "value.order.id.startsWith(\"o-" + random.nextInt(50) + "\")";
      case 10 -> random.nextBoolean() ? "has(value.order.id)" : "has(value.customer_id)";
      case 11 ->
          "value.placed "
              + operator
              + " timestamp(\"2026-01-01T00:10:00Z\") + duration(\""
              + random.nextInt(300)
              + "s\")";
      case 12 ->
          "timestamp " + operator + " timestamp(\"2026-01-01T00:0" + random.nextInt(10) + ":00Z\")";
      case 13 -> "offset " + operator + " " + random.nextInt(6_000);
      case 14 -> "key == \"k" + random.nextInt(45) + "\"";
      case 15 -> random.nextBoolean() ? "value.paid" : "value.paid == true";
      case 16 -> "value.total == null";
      case 17 -> random.nextInt(3) + " " + operator + " partition";
      case 18 -> "headers.trace == \"t" + random.nextInt(9) + "\"";
      case 19 -> "value.tags[\"a\"] " + operator + " " + random.nextInt(10);
      case 20 -> "value[\"total \"] " + operator + " " + random.nextInt(9);
      case 21 -> "value.order[\"" + (random.nextBoolean() ? " id" : "") + "\"] >= 1";
      case 22 -> "value.customer_id in [7, 9007199254740992.0, \"" + customer() + "\"]";
      default -> "value.lines.exists(line, line.count > 7)";
    };
  }
}
