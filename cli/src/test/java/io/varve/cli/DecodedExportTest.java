package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DecodedExportTest {

  private static final String ORDER =
      """
      {"type":"record","name":"com.example.Order","fields":[{"name":"id","type":"long"}%s]}
      """;

  private static final Schema FIRST = schema(ORDER.formatted(""));
  private static final Schema SECOND =
      schema(
          ORDER.formatted(
              """
              ,{"name":"placed","type":{"type":"long","logicalType":"timestamp-millis"},"default":0}
              """));

  private static final Schema THIRD =
      schema(ORDER.formatted(",{\"name\":\"note\",\"type\":\"string\",\"default\":\"\"}"));

  /** Of the same name, and with nothing to read the others' values by. */
  private static final Schema OTHER =
      schema(
          """
          {"type":"record","name":"com.example.Order","fields":[{"name":"name","type":"string"}]}
          """);

  private static final Schema CUSTOMER =
      schema(
          """
          {"type":"record","name":"com.example.Customer","fields":[{"name":"name","type":"string"}]}
          """);

  /** Holds an order of the other kind. */
  private static final Schema SHIPMENT =
      schema(
          """
          {"type":"record","name":"com.example.Shipment","fields":[{"name":"order","type":%s}]}
          """
              .formatted(OTHER));

  private static final List<Schema> ALL = List.of(FIRST, SECOND, THIRD, OTHER, CUSTOMER, SHIPMENT);

  @TempDir Path folder;
  private Path store;
  private Path file;

  @BeforeEach
  void paths() {
    store = folder.resolve("store");
    file = folder.resolve("file");
  }

  private static Schema schema(String text) {
    return new Schema.Parser().parse(text);
  }

  /** A value as a connector stores it, and its schema under a number of its own. */
  private static byte[] value(Schema schema, Object... fields) throws IOException {
    GenericRecord record = record(schema, fields);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 0x01c3)
            .putLong(number(schema))
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

  private static long number(Schema schema) {
    return ALL.indexOf(schema) + 1;
  }

  private void store(Event... events) {
    try (Store opened = Store.open(store, StoreSettings.defaults())) {
      for (Schema schema : ALL) {
        opened.schemas().put(number(schema), schema.toString().getBytes(StandardCharsets.UTF_8));
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

  private List<GenericRecord> exported() throws IOException {
    List<GenericRecord> records = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      reader.forEachRemaining(records::add);
    }
    return records;
  }

  private Run export(Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("export", store, "orders", file, "--values", "decoded"));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray());
  }

  @Test
  void avroHasTheValuesByTheSchemaThatReadsAllOfThem() throws Exception {
    store(
        event(0, Encoding.AVRO, value(FIRST, 1042L)),
        event(1, Encoding.AVRO, value(SECOND, 1043L, 7L)),
        event(2, Encoding.NONE, null),
        event(3, Encoding.STRING, Stores.text("text")),
        event(4, Encoding.BYTES, new byte[] {0, 1}),
        event(5, Encoding.AVRO, new byte[] {(byte) 0xc3, 1, 99, 0, 0, 0, 0, 0, 0, 0, 2}));

    Run run = export();

    assertThat(run.exitCode()).as(run.toString()).isZero();
    List<GenericRecord> records = exported();
    assertThat(records.get(0).getSchema().getField("value").schema().toString())
        .isEqualTo("[\"null\"," + SECOND + ",\"string\",\"bytes\"]");
    assertThat(records.get(0).getSchema().getField("key").schema().toString())
        .isEqualTo("[\"null\",\"string\"]");
    assertThat(records)
        .extracting(each -> String.valueOf(each.get("value")))
        .startsWith("{\"id\": 1042, \"placed\": 0}", "{\"id\": 1043, \"placed\": 7}")
        .contains("null", "text");
    assertThat(records.get(4).get("value")).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1}));
    assertThat(((ByteBuffer) records.get(5).get("value")).remaining()).isEqualTo(11);
    assertThat(records.get(5).get("key")).hasToString("k5");
    assertThat(records.get(5).get("offset")).isEqualTo(5L);
  }

  @Test
  void avroHasValuesOfSchemasWithDifferentNamesAsEachWasWritten() throws Exception {
    store(
        event(0, Encoding.AVRO, value(FIRST, 1042L)),
        event(1, Encoding.AVRO, value(CUSTOMER, "Ada")));

    assertThat(export().exitCode()).isZero();

    assertThat(exported())
        .extracting(each -> each.get("value").toString())
        .containsExactly("{\"id\": 1042}", "{\"name\": \"Ada\"}");
  }

  @Test
  void avroRefusesValuesThatNoSchemaReads() throws Exception {
    store(
        event(0, Encoding.AVRO, value(FIRST, 1042L)), event(1, Encoding.AVRO, value(OTHER, "Ada")));

    Run run = export();

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("2 schemas").contains("--format jsonl");
    assertThat(file).doesNotExist();
    assertThat(export("--to-offset", 1).exitCode()).isZero();
  }

  @Test
  void avroRefusesATypeThatTwoSchemasHaveEachInTheirOwnWay() throws Exception {
    store(
        event(0, Encoding.AVRO, value(FIRST, 1042L)),
        event(1, Encoding.AVRO, value(SHIPMENT, record(OTHER, "Ada"))));

    assertThat(export().exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(file).doesNotExist();
  }

  /** Avro's rules would leave out what only the other schema has. */
  @Test
  void avroRefusesASchemaThatWouldLeaveAFieldOut() throws Exception {
    store(
        event(0, Encoding.AVRO, value(SECOND, 1042L, 7L)),
        event(1, Encoding.AVRO, value(THIRD, 1043L, "note")));

    assertThat(export().exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void avroRefusesATypeThatKeysAndValuesHaveEachInTheirOwnWay() throws Exception {
    store(
        new Event(
            0,
            Stores.NOON_MS,
            TimestampType.CREATE,
            Encoding.AVRO,
            value(FIRST, 1042L),
            Encoding.AVRO,
            value(OTHER, "Ada"),
            Headers.EMPTY,
            null,
            Event.NOT_DELAYED));

    Run run = export();

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("types of one name").contains("--format jsonl");
    assertThat(file).doesNotExist();
  }

  @Test
  void jsonLinesHaveWhatWasDecodedInsteadOfTheBytes() throws Exception {
    store(
        event(0, Encoding.AVRO, value(SECOND, 1042L, Stores.NOON_MS)),
        event(1, Encoding.AVRO, value(OTHER, "Ada")));

    assertThat(export("--format", "jsonl").exitCode()).isZero();

    List<String> lines = Files.readAllLines(file);
    JsonNode first = new ObjectMapper().readTree(lines.get(0));
    assertThat(first.get("value").toString())
        .isEqualTo(
            "{\"encoding\":\"avro\",\"decoded\":{\"id\":1042,\"placed\":\"2026-11-20T12:00:00Z\"}}");
    assertThat(lines.get(1)).contains("{\"name\":\"Ada\"}");
  }

  @Test
  void importRefusesWhatWasDecoded() throws Exception {
    store(event(0, Encoding.AVRO, value(FIRST, 1042L)));
    Path copy = folder.resolve("copy");

    export();
    assertThat(Run.of("import", copy, "orders", file).err()).contains("io.varve.DecodedEvent");
    Files.delete(file);
    export("--format", "jsonl");
    assertThat(Run.of("import", copy, "orders", file).err())
        .contains("line 1: a structured value without its bytes");
  }
}
