package io.varve.connect.common;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Encoding;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema.Parser;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.junit.jupiter.api.Test;

/**
 * The examples of docs/CONNECT-DATA.md are what the code does, and what earlier code wrote is still
 * read.
 */
@SuppressWarnings("JavaUtilDate") // what Connect has
final class GoldenTest {
  private static final int HEADER_BYTES = 10;

  private static final Schema ADDRESS =
      SchemaBuilder.struct()
          .name("com.example.Address")
          .optional()
          .field("city", Schema.STRING_SCHEMA)
          .build();

  private static final Schema ORDER =
      SchemaBuilder.struct()
          .name("com.example.Order")
          .version(2)
          .doc("An order as the shop took it")
          .field("id", Schema.INT64_SCHEMA)
          .field("customer", Schema.OPTIONAL_STRING_SCHEMA)
          .field("total", Decimal.schema(2))
          .field("placed", Timestamp.SCHEMA)
          .field("priority", SchemaBuilder.int8().defaultValue((byte) 3).build())
          .field("ship-to", ADDRESS)
          .field("bill-to", ADDRESS)
          .build();

  private static final Struct AN_ORDER =
      new Struct(ORDER)
          .put("id", 1042L)
          .put("total", new BigDecimal("19.90"))
          .put("placed", new Date(1_763_661_600_000L))
          .put("ship-to", new Struct(ADDRESS).put("city", "Kyiv"));

  private final MemorySchemaTexts texts = new MemorySchemaTexts();
  private final String page;

  GoldenTest() throws IOException {
    page = Files.readString(Path.of("..", "docs", "CONNECT-DATA.md"));
  }

  @Test
  void theStructOnThePageIsWhatIsWritten() {
    byte[] bytes = new ValueEncoder(texts).encode(ORDER, AN_ORDER).bytes();
    String text = new String(texts.get(fingerprint(bytes)), UTF_8);
    assertThat(block("order-schema").replaceAll("\n *", "").replace("\": ", "\":")).isEqualTo(text);
    assertThat(hexOf("order-value")).isEqualTo(HexFormat.of().formatHex(bytes));
    assertThat(decode(bytes)).isEqualTo(new SchemaAndValue(ORDER, AN_ORDER));
  }

  @Test
  void theSchemalessValueOnThePageIsWhatIsWritten() {
    Map<String, Object> value =
        new TreeMap<>(Map.of("n", (short) 7, "tags", Arrays.asList("a", null)));
    byte[] bytes = new ValueEncoder(texts).encode(null, value).bytes();
    String text = new String(texts.get(fingerprint(bytes)), UTF_8);
    assertThat(block("any-schema").replaceAll("\n *", "").replace("\": ", "\":")).isEqualTo(text);
    assertThat(hexOf("any-value")).isEqualTo(HexFormat.of().formatHex(bytes));
    assertThat(decode(bytes)).isEqualTo(new SchemaAndValue(null, value));
  }

  @Test
  void aGenericAvroReaderReadsTheStruct() throws IOException {
    byte[] bytes = new ValueEncoder(texts).encode(ORDER, AN_ORDER).bytes();
    org.apache.avro.Schema schema = avroSchema(texts.get(fingerprint(bytes)));
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(schema)
            .read(
                null,
                DecoderFactory.get()
                    .binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null));
    assertThat(record.get("id")).isEqualTo(1042L);
    assertThat(record.get("customer")).isNull();
    assertThat(record.get("total")).isEqualTo(ByteBuffer.wrap(new byte[] {0x07, (byte) 0xC6}));
    assertThat(record.get("placed")).isEqualTo(1_763_661_600_000L);
    assertThat(((GenericRecord) record.get("ship_to")).get("city")).hasToString("Kyiv");
    assertThat(schema.getField("total").schema().getLogicalType().getName()).isEqualTo("decimal");
    assertThat(schema.getField("placed").schema().getLogicalType().getName())
        .isEqualTo("timestamp-millis");
    assertThat(schema.getField("ship_to").schema()).isEqualTo(schema.getField("bill_to").schema());
  }

  @Test
  void everyTypeHasTheAvroTypeOnThePage() {
    for (Schema schema :
        List.of(
            Schema.INT8_SCHEMA,
            Schema.INT16_SCHEMA,
            Schema.INT32_SCHEMA,
            Schema.OPTIONAL_INT32_SCHEMA,
            Schema.BYTES_SCHEMA,
            Decimal.schema(2),
            org.apache.kafka.connect.data.Date.SCHEMA,
            SchemaBuilder.array(Schema.STRING_SCHEMA).build(),
            SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT64_SCHEMA).build(),
            SchemaBuilder.map(Schema.INT32_SCHEMA, Schema.INT64_SCHEMA).build())) {
      texts.texts.clear();
      new ValueEncoder(texts).encode(schema, sample(schema));
      String text = new String(texts.texts.values().iterator().next(), UTF_8);
      assertThat(page).contains("`" + text + "`");
    }
  }

  private static Object sample(Schema schema) {
    return new RandomConnectData(1).value(schema);
  }

  private SchemaAndValue decode(byte[] bytes) {
    return new ValueDecoder(texts).decode(Encoding.AVRO, bytes);
  }

  /** The code block that follows the comment naming it. */
  private String block(String name) {
    int comment = page.indexOf("<!-- " + name + " -->");
    assertThat(comment).as("the comment " + name).isNotNegative();
    int start = page.indexOf('\n', page.indexOf("```", comment)) + 1;
    return page.substring(start, page.indexOf("\n```", start));
  }

  /** The hex digits before the two spaces that begin each line's explanation. */
  private String hexOf(String name) {
    StringBuilder hex = new StringBuilder();
    block(name).lines().forEach(line -> hex.append(line.split("  ", 2)[0].replace(" ", "")));
    return hex.toString();
  }

  static org.apache.avro.Schema avroSchema(byte[] text) {
    return new Parser().parse(new String(text, UTF_8));
  }

  static long fingerprint(byte[] singleObject) {
    return ByteBuffer.wrap(singleObject).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
  }
}
