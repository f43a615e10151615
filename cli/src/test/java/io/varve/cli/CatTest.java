package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatTest {

  @TempDir Path folder;

  @BeforeEach
  void fill() {
    Stores.orders(folder);
  }

  @Test
  void printsALineForEachEvent() {
    String[] lines = Run.of("cat", folder, "orders/0", "--limit", 3).lines();

    assertThat(lines).hasSize(3);
    assertThat(lines[1]).startsWith("1\t2026-11-20T12:00:01Z\tk1\tvalue 1 ");
  }

  @Test
  void escapesWhatWouldBreakALineAndShowsOtherBytesInHex() {
    String[] lines = Run.of("cat", folder, "orders/1").lines();

    assertThat(lines)
        .containsExactly(
            "5\t2026-11-20T12:00:00Z\t0x00ff6b\ttab\\tquote\"line\\nend ж"
                + "\tplain=h plain=0xc3 none=null",
            "7\t-\tnull\tnull");
  }

  @Test
  void choosesByOffsetTimeAndKey() {
    assertThat(offsets("--from-offset", 10, "--to-offset", 12)).containsExactly("10", "11");
    assertThat(offsets("--from-time", "2026-11-20T12:01:38Z")).containsExactly("98", "99");
    assertThat(offsets("--to-time", Stores.NOON_MS + 1000)).containsExactly("0");
    assertThat(offsets("--key", "k9", "--limit", 2)).containsExactly("9", "19");
    assertThat(offsets("--key", "0x6b39", "--from-offset", 90)).containsExactly("99");
    assertThat(Run.of("cat", folder, "orders/0", "--from-offset", 500).out()).isEmpty();
  }

  private List<String> offsets(Object... options) {
    Object[] arguments = new Object[options.length + 3];
    arguments[0] = "cat";
    arguments[1] = folder;
    arguments[2] = "orders/0";
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Run.of(arguments).out().lines().map(line -> line.split("\t")[0]).toList();
  }

  @Test
  void printsAllPartitionsWithTheirNumbers() {
    assertThat(Run.of("cat", folder, "orders").out().lines())
        .hasSize(102)
        .element(101)
        .isEqualTo("1\t7\t-\tnull\tnull");
  }

  @Test
  void tellsAllOfAnEventInJson() throws Exception {
    List<String> lines =
        Run.of("cat", folder, "orders/1", "--format", "json").out().lines().toList();

    assertThat(EventJson.read(lines.get(0))).isEqualTo(new PlacedEvent(1, Stores.odd(5)));
    assertThat(EventJson.read(lines.get(1))).isEqualTo(new PlacedEvent(1, Stores.tombstone(7)));
    JsonNode key = new ObjectMapper().readTree(lines.get(0)).get("key");
    assertThat(key.get("base64").asText()).isEqualTo("AP9r");
  }

  @Test
  void showsStructuredValuesBySchemasInTheStore() throws Exception {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Order","fields":[
                  {"name":"id","type":"long"},
                  {"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":64,"scale":2}},
                  {"name":"placed","type":["null",{"type":"long","logicalType":"timestamp-millis"}]},
                  {"name":"raw","type":"bytes"}]}
                """);
    GenericData.Record order = new GenericData.Record(schema);
    order.put("id", 1042L);
    order.put(
        "total",
        new Conversions.DecimalConversion()
            .toBytes(
                new BigDecimal("19.90"),
                schema.getField("total").schema(),
                schema.getField("total").schema().getLogicalType()));
    order.put("placed", Stores.NOON_MS);
    order.put("raw", ByteBuffer.wrap(new byte[] {(byte) 0xff}));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 0x01c3)
            .putLong(77)
            .array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(order, encoder);
    encoder.flush();
    StreamPartition log = new StreamPartition("structured", 1, 0);
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      store.schemas().put(77, schema.toString().getBytes(StandardCharsets.UTF_8));
      Stores.append(store, log, List.of(structured(0, bytes.toByteArray())));
    }

    assertThat(Run.of("cat", folder, "structured").lines()[0])
        .endsWith(
            "\t{\"id\":1042,\"total\":19.90,\"placed\":\"2026-11-20T12:00:00Z\",\"raw\":\"/w==\"}");
  }

  @Test
  void showsTheBytesOfAStructuredValueWhoseSchemaIsGone() {
    byte[] value = {(byte) 0xc3, 1, 9, 0, 0, 0, 0, 0, 0, 0, 2};
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      Stores.append(store, new StreamPartition("structured", 1, 0), List.of(structured(0, value)));
    }

    assertThat(Run.of("cat", folder, "structured").lines()[0])
        .endsWith("\t0xc3010900000000000000" + "02");
  }

  private static Event structured(long offset, byte[] value) {
    return new Event(
        offset,
        Stores.NOON_MS,
        TimestampType.CREATE,
        Encoding.NONE,
        null,
        Encoding.AVRO,
        value,
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  @Test
  void refusesWhatIsNotThere() {
    assertThat(Run.of("cat", folder, "payments").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("cat", folder, "payments").err()).contains("its streams are [orders]");
    assertThat(Run.of("cat", folder, "orders/x").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("cat", folder, "orders/9").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("cat", folder, "orders", "--from-time", "noon").err())
        .contains("'noon' is no time")
        .hasLineCount(1);
    assertThat(Run.of("cat", folder, "orders", "--key", "0xz").exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }
}
