package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParquetExportTest {

  private static final String ORDER =
      """
      {"type":"record","name":"com.example.Order","fields":[
        {"name":"id","type":"long"},{"name":"tags","type":{"type":"array","items":["null","string"]}}%s]}
      """;

  private static final Schema FIRST = schema(ORDER.formatted(""));
  private static final Schema SECOND =
      schema(
          ORDER.formatted(",{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null}"));
  private static final Schema OTHER =
      schema(
          """
          {"type":"record","name":"com.example.Order","fields":[{"name":"name","type":"string"}]}
          """);
  private static final Schema CUSTOMER =
      schema(
          """
          ["null",{"type":"record","name":"com.example.Customer","fields":[{"name":"name","type":"string"}]}]
          """);

  /** Holds itself, as schemaless data does. */
  private static final Schema TREE =
      schema(
          """
          {"type":"record","name":"com.example.Tree","fields":[
            {"name":"name","type":"string"},{"name":"below","type":{"type":"array","items":"Tree"}}]}
          """);

  private static final List<Schema> ALL = List.of(FIRST, SECOND, OTHER, CUSTOMER, TREE);

  @TempDir Path folder;
  private Path store;
  private Path file;

  @BeforeEach
  void paths() {
    store = folder.resolve("store");
    file = folder.resolve("file.parquet");
  }

  private static Schema schema(String text) {
    return new Schema.Parser().parse(text);
  }

  /** A value as a connector stores it, and its schema under a number of its own. */
  private static byte[] value(Schema schema, GenericRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 0x01c3)
            .putLong(ALL.indexOf(schema) + 1)
            .array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static GenericRecord record(Schema schema, Object... fields) {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < fields.length; i++) {
      record.put(i, fields[i]);
    }
    return record;
  }

  private void store(Event... events) {
    try (Store opened = Store.open(store, StoreSettings.defaults())) {
      for (int i = 0; i < ALL.size(); i++) {
        opened.schemas().put(i + 1, ALL.get(i).toString().getBytes(StandardCharsets.UTF_8));
      }
      Stores.append(opened, Stores.ORDERS_0, List.of(events));
    }
  }

  private static Event event(long offset, Encoding encoding, byte[] value) {
    return new Event(
        offset,
        Stores.NOON_MS,
        TimestampType.CREATE,
        Encoding.STRING,
        Stores.text("k" + offset),
        encoding,
        value,
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  private Run export(Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("export", store, "orders", file, "--format", "parquet"));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray());
  }

  static List<GenericRecord> rows(Path file) throws IOException {
    List<GenericRecord> rows = new ArrayList<>();
    PlainParquetConfiguration settings = new PlainParquetConfiguration();
    try (ParquetReader<GenericRecord> reader =
        AvroParquetReader.<GenericRecord>builder(new LocalInputFile(file), settings)
            .withDataModel(GenericData.get())
            .withCodecFactory(new ZstdPages())
            .build()) {
      for (GenericRecord row = reader.read(); row != null; row = reader.read()) {
        rows.add(row);
      }
    }
    return rows;
  }

  @Test
  void storedEventsComeBackToTheByte() throws Exception {
    store = Stores.orders(store);

    Run run = export("--values", "stored");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    List<Event> wanted = new ArrayList<>(Stores.numbered(0, 100));
    wanted.add(Stores.odd(5));
    wanted.add(Stores.tombstone(7));
    assertThat(rows(file)).extracting(row -> AvroEvents.read(row).event()).isEqualTo(wanted);
    assertThat(rows(file).get(101).get("partition")).isEqualTo(1);
  }

  @Test
  void aValueHasTheTypeOfTheSchemaThatReadsAllVersions() throws Exception {
    store(
        event(0, Encoding.AVRO, value(FIRST, record(FIRST, 1042L, List.of("a")))),
        event(1, Encoding.AVRO, value(SECOND, record(SECOND, 1043L, tagsWithNull(), "new"))),
        event(2, Encoding.NONE, null));

    Run run = export();

    assertThat(run.exitCode()).as(run.toString()).isZero();
    List<GenericRecord> rows = rows(file);
    assertThat(rows.get(0).getSchema().getField("value").schema().getTypes().get(1))
        .isEqualTo(SECOND);
    assertThat(rows)
        .extracting(row -> String.valueOf(row.get("value")))
        .containsExactly(
            "{\"id\": 1042, \"tags\": [\"a\"], \"note\": null}",
            "{\"id\": 1043, \"tags\": [\"b\", null], \"note\": \"new\"}",
            "null");
    assertThat(rows).extracting(row -> row.get("key").toString()).containsExactly("k0", "k1", "k2");
    assertThat(rows).extracting(row -> row.get("timestamp")).containsOnly(Stores.NOON_MS);
    assertThat(rows).extracting(row -> row.get("offset")).containsExactly(0L, 1L, 2L);
  }

  private static List<String> tagsWithNull() {
    List<String> tags = new ArrayList<>();
    tags.add("b");
    tags.add(null);
    return tags;
  }

  @Test
  void kindsOfValuesHaveColumnsOfTheirOwn() throws Exception {
    GenericRecord leaf = record(TREE, "leaf", List.of());
    GenericRecord customer = record(CUSTOMER.getTypes().get(1), "Ada");
    store(
        event(0, Encoding.AVRO, value(FIRST, record(FIRST, 1L, List.of()))),
        event(1, Encoding.AVRO, value(CUSTOMER, customer)),
        event(2, Encoding.STRING, Stores.text("text")),
        event(3, Encoding.BYTES, new byte[] {0, (byte) 0xff}),
        event(4, Encoding.AVRO, value(TREE, record(TREE, "root", List.of(leaf)))),
        event(5, Encoding.BYTES, Stores.text("{}")));

    Run run = export();

    assertThat(run.exitCode()).as(run.toString()).isZero();
    List<GenericRecord> rows = rows(file);
    assertThat(rows.get(0).getSchema().getFields())
        .extracting(Schema.Field::name)
        .containsExactly(
            "partition",
            "offset",
            "timestamp",
            "timestampType",
            "key",
            "value_Order",
            "value_Customer",
            "value_text",
            "value_bytes",
            "value_json",
            "headers",
            "messageId",
            "dueTime");
    assertThat(rows.get(0).get("value_Order")).hasToString("{\"id\": 1, \"tags\": []}");
    assertThat(rows.get(1).get("value_Customer")).hasToString("{\"name\": \"Ada\"}");
    assertThat(rows.get(2).get("value_text")).hasToString("text");
    assertThat(rows.get(3).get("value_bytes"))
        .isEqualTo(ByteBuffer.wrap(new byte[] {0, (byte) 0xff}));
    assertThat(rows.get(4).get("value_json"))
        .hasToString("{\"name\":\"root\",\"below\":[{\"name\":\"leaf\",\"below\":[]}]}");
    assertThat(rows.get(5).get("value_bytes")).isEqualTo(ByteBuffer.wrap(Stores.text("{}")));
    assertThat(rows).filteredOn(row -> row.get("value_Order") != null).hasSize(1);
  }

  @Test
  void bytesThatAreAllTextAreAString() throws Exception {
    store(
        event(0, Encoding.BYTES, Stores.text("{\"id\":1}")),
        event(1, Encoding.BYTES, Stores.text("ж")),
        event(2, Encoding.NONE, null));

    assertThat(export().exitCode()).isZero();

    assertThat(rows(file))
        .extracting(row -> String.valueOf(row.get("value")))
        .containsExactly("{\"id\":1}", "ж", "null");
  }

  @Test
  void aTypeWhoseSchemasDoNotAgreeIsRefusedAndLeavesNothing() throws Exception {
    store(
        event(0, Encoding.AVRO, value(FIRST, record(FIRST, 1042L, List.of()))),
        event(1, Encoding.AVRO, value(OTHER, record(OTHER, "Ada"))));

    Run run = export();

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("com.example.Order").contains("--format jsonl");
    assertThat(folder.toFile().list()).containsExactly("store");
  }

  @Test
  void eventsWithoutATimeHaveNone() throws Exception {
    store = Stores.orders(store);

    assertThat(export("--from-offset", 5, "--to-offset", 8).exitCode()).isZero();

    List<GenericRecord> rows = rows(file);
    assertThat(rows).hasSize(5);
    assertThat(rows.get(4).get("timestamp")).isNull();
    assertThat(rows.get(4).get("timestampType")).hasToString("none");
    assertThat((List<?>) rows.get(3).get("headers")).hasSize(3);
    assertThat(rows.get(3).get("dueTime")).isEqualTo(Stores.NOON_MS + 5);
  }
}
