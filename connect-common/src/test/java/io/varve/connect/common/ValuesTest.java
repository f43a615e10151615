package io.varve.connect.common;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.connect.common.avro.Fingerprint;
import io.varve.event.Encoding;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;

@SuppressWarnings("JavaUtilDate") // what Connect has
final class ValuesTest {
  private final MemorySchemaTexts texts = new MemorySchemaTexts();
  private final ValueEncoder encoder = new ValueEncoder(texts);

  @Test
  void bytesOfTheByteArrayConverterPassThroughUncopied() {
    byte[] value = {1, 2, 3};
    EncodedValue encoded = encoder.encode(Schema.OPTIONAL_BYTES_SCHEMA, value);
    assertThat(encoded.encoding()).isEqualTo(Encoding.BYTES);
    assertThat(encoded.bytes()).isSameAs(value);
    assertThat(decode(encoded).schema()).isSameAs(Schema.OPTIONAL_BYTES_SCHEMA);
    assertThat(decode(encoded).value()).isSameAs(value);
    assertThat(texts.puts).isZero();
  }

  @Test
  void anEqualSchemaOrABuilderOrABufferMakesNoDifference() {
    EncodedValue expected = new EncodedValue(Encoding.BYTES, new byte[] {2, 3});
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3}).position(1);
    Schema equal = SchemaBuilder.bytes().optional().build();
    assertThat(encoder.encode(equal, buffer)).isEqualTo(expected);
    assertThat(encoder.encode(equal, buffer)).isEqualTo(expected);
    assertThat(encoder.encode(SchemaBuilder.bytes().optional(), new byte[] {2, 3}))
        .isEqualTo(expected);
    assertThat(encoder.encode(SchemaBuilder.string().optional().build(), "é"))
        .isEqualTo(new EncodedValue(Encoding.STRING, "é".getBytes(UTF_8)));
  }

  @Test
  void nullsKeepTheirSchema() {
    assertThat(encoder.encode(null, null)).isEqualTo(new EncodedValue(Encoding.NONE, null));
    for (Schema schema :
        Arrays.asList(null, Schema.OPTIONAL_BYTES_SCHEMA, Schema.OPTIONAL_STRING_SCHEMA)) {
      EncodedValue encoded = encoder.encode(schema, null);
      assertThat(encoded.bytes()).isNull();
      assertThat(decode(encoded)).isEqualTo(new SchemaAndValue(schema, null));
    }
    for (Schema schema :
        List.of(
            Schema.OPTIONAL_INT64_SCHEMA,
            Schema.INT32_SCHEMA,
            Schema.STRING_SCHEMA,
            SchemaBuilder.struct().build(),
            SchemaBuilder.struct().name("a.B").field("x", Schema.INT8_SCHEMA).optional().build())) {
      EncodedValue encoded = encoder.encode(schema, null);
      assertThat(encoded.encoding()).isEqualTo(Encoding.AVRO);
      assertThat(encoded.bytes()).as("not a tombstone").isNotNull();
      assertThat(decode(encoded)).isEqualTo(new SchemaAndValue(schema, null));
    }
  }

  @Test
  void aNullBesideADefaultStaysNull() {
    Schema inner = SchemaBuilder.int32().defaultValue(7).build();
    Schema schema =
        SchemaBuilder.struct()
            .field("required", inner)
            .field("optional", SchemaBuilder.string().optional().defaultValue("x").build())
            .build();
    Struct struct = new Struct(schema);
    Struct back = (Struct) roundTrip(schema, struct);
    assertThat(back).isEqualTo(struct);
    assertThat(back.getWithoutDefault("required")).isNull();
    assertThat(back.get("required")).isEqualTo(7);
  }

  @Test
  void aDefaultStructComesBackWithTheSchemaOfItsOwn() {
    Schema own = SchemaBuilder.struct().name("a.Own").field("x", Schema.INT8_SCHEMA).build();
    Schema schema =
        new ConnectSchema(
            Schema.Type.STRUCT,
            false,
            new Struct(own).put("x", (byte) 1),
            "a.Own",
            null,
            null,
            null,
            own.fields(),
            null,
            null);
    assertThat(roundTrip(schema, new Struct(schema).put("x", (byte) 2)))
        .isEqualTo(new Struct(schema).put("x", (byte) 2));
  }

  @Test
  void schemalessValuesKeepTheirJavaClass() {
    Map<String, Object> map = new HashMap<>();
    map.put("null", null);
    map.put("numbers", List.of((byte) 1, (short) 2, 3, 4L, 5f, 6d, new BigDecimal("-7.125")));
    map.put("text", "åäö \uD83D\uDE00");
    map.put("true", true);
    map.put("date", new Date(-1));
    map.put("keys", Map.of(1L, "long", "s", "string", List.of(1), 2));
    map.put("empty", Arrays.asList(List.of(), Map.of(), null));
    assertThat(roundTrip(null, map)).isEqualTo(map);
    assertThat((byte[]) roundTrip(null, new byte[] {1})).containsExactly(1);
    assertThat(texts.puts).isEqualTo(1);
  }

  @Test
  void theSchemaIsStoredOnceAndBeforeTheValueIsHandedOn() {
    encoder.encode(Schema.INT64_SCHEMA, 1L);
    encoder.encode(SchemaBuilder.int64().build(), 1L);
    encoder.encode(SchemaBuilder.int64(), 1L);
    assertThat(texts.puts).isEqualTo(1);
    new ValueEncoder(texts).encode(Schema.INT64_SCHEMA, 1L);
    assertThat(texts.puts).isEqualTo(1);
  }

  @Test
  void schemasThatCannotBeStoredAreTriedAgain() {
    SchemaTexts failing =
        new SchemaTexts() {
          private boolean failed;

          @Override
          public void put(long fingerprint, byte[] text) {
            if (!failed) {
              failed = true;
              throw new IllegalStateException("disk full");
            }
            texts.put(fingerprint, text);
          }

          @Override
          public byte[] get(long fingerprint) {
            return texts.get(fingerprint);
          }
        };
    ValueEncoder retrying = new ValueEncoder(failing);
    assertThatThrownBy(() -> retrying.encode(Schema.INT64_SCHEMA, 1L)).hasMessage("disk full");
    assertThat(texts.texts).isEmpty();
    retrying.encode(Schema.INT64_SCHEMA, 1L);
    assertThat(texts.texts).hasSize(1);
  }

  @Test
  void twoSchemasUnderOneFingerprintAreNotMixedUp() {
    EncodedValue encoded = encoder.encode(Schema.INT64_SCHEMA, 1L);
    texts.texts.replaceAll((fingerprint, text) -> "\"int\"".getBytes(UTF_8));
    assertThatThrownBy(() -> new ValueEncoder(texts).encode(Schema.INT64_SCHEMA, 1L))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found another schema there");
    assertThatThrownBy(() -> decode(encoded))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("its file is damaged");
  }

  @Test
  void aMissingSchemaIsNamed() {
    EncodedValue encoded = encoder.encode(Schema.INT64_SCHEMA, 1L);
    long fingerprint = texts.texts.keySet().iterator().next();
    texts.texts.clear();
    assertThatThrownBy(() -> decode(encoded))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("schema fingerprint " + Fingerprint.show(fingerprint))
        .hasMessageContaining("is not in the store's schemas");
  }

  @Test
  void aForeignAvroSchemaIsRefusedByName() {
    byte[] text = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}".getBytes(UTF_8);
    long fingerprint = Fingerprint.of(text);
    texts.put(fingerprint, text);
    byte[] bytes =
        ByteBuffer.allocate(11)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 0x01C3)
            .putLong(fingerprint)
            .array();
    assertThatThrownBy(() -> decode(new EncodedValue(Encoding.AVRO, bytes)))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("expected a type that Connect has too, found enum");
  }

  @Test
  void valuesThatDoNotBelongToTheirSchemaAreRefusedWithThePath() {
    Schema schema =
        SchemaBuilder.map(Schema.STRING_SCHEMA, SchemaBuilder.array(Schema.INT32_SCHEMA).build())
            .build();
    assertThatThrownBy(() -> encoder.encode(schema, Map.of("a", Arrays.asList(1, null))))
        .isInstanceOf(DataException.class)
        .hasMessage("at [a][1]: expected an Integer for INT32, found null");
    assertThatThrownBy(() -> encoder.encode(null, Map.of("a", List.of(1, new Object()))))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("at [a][1]: expected a value without schema to be a string")
        .hasMessageEndingWith("found an object of java.lang.Object");
    assertThatThrownBy(() -> encoder.encode(Schema.OPTIONAL_STRING_SCHEMA, 1))
        .hasMessage("expected a String for STRING, found an object of java.lang.Integer");
    assertThatThrownBy(() -> encoder.encode(Decimal.schema(2), new BigDecimal("1.234")))
        .hasMessageContaining("expected a decimal of scale 2");
    assertThatThrownBy(() -> encoder.encode(org.apache.kafka.connect.data.Date.SCHEMA, new Date(1)))
        .hasMessageContaining("expected midnight UTC for a Date, found 1 ms");
    assertThatThrownBy(() -> encoder.encode(Time.SCHEMA, new Date(-1)))
        .hasMessageContaining("ms since midnight for a Time, found -1 ms");
    assertThatThrownBy(
            () -> encoder.encode(SchemaBuilder.string().name(Timestamp.LOGICAL_NAME).build(), "x"))
        .hasMessageContaining("expected a schema of type INT64");
    Schema one = SchemaBuilder.struct().name("One").build();
    assertThatThrownBy(
            () -> encoder.encode(one, new Struct(SchemaBuilder.struct().name("Two").build())))
        .hasMessageContaining("Schema{One:STRUCT}")
        .hasMessageContaining("Schema{Two:STRUCT}");
  }

  @Test
  void textThatUtf8CannotHoldIsRefused() {
    for (Schema schema : Arrays.asList(Schema.OPTIONAL_STRING_SCHEMA, Schema.STRING_SCHEMA, null)) {
      assertThatThrownBy(() -> encoder.encode(schema, "a\uD800b"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("unpaired surrogate at character 1");
    }
    assertThatThrownBy(() -> decode(new EncodedValue(Encoding.STRING, new byte[] {(byte) 0xFF})))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("malformed");
    assertThat(decode(encoder.encode(Schema.OPTIONAL_STRING_SCHEMA, "\uFFFD")).value())
        .isEqualTo("\uFFFD");
  }

  @Test
  void nestingIsLimitedBothWays() {
    Object deep = "x";
    for (int i = 0; i < 256; i++) {
      deep = List.of(deep);
    }
    assertThat(roundTrip(null, deep)).isEqualTo(deep);
    Object deeper = List.of(deep);
    assertThatThrownBy(() -> encoder.encode(null, deeper))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected at most 256 levels of nesting");

    Schema schema = Schema.STRING_SCHEMA;
    Object value = "x";
    for (int i = 0; i < 256; i++) {
      schema = SchemaBuilder.struct().name("level" + i).field("inner", schema).build();
      value = new Struct(schema).put("inner", value);
    }
    roundTrip(schema, value);
    Schema tooDeep = SchemaBuilder.array(schema).build();
    Object tooDeepValue = List.of(value);
    assertThatThrownBy(() -> encoder.encode(tooDeep, tooDeepValue))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected at most 256 levels of nesting");
  }

  @Test
  void aSchemaTooLargeToStoreIsRefused() {
    Schema schema = SchemaBuilder.int32().doc("x".repeat(9 << 20)).build();
    assertThatThrownBy(() -> encoder.encode(schema, 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected a schema whose Avro text takes at most 8388608 bytes");
    assertThat(texts.puts).isZero();
  }

  @Test
  void defaultsOfDefaultsAreLevelsToo() {
    Schema schema = SchemaBuilder.struct().field("x", Schema.INT8_SCHEMA).build();
    for (int i = 0; i < 300; i++) {
      schema =
          new ConnectSchema(
              Schema.Type.STRUCT,
              false,
              new Struct(schema).put("x", (byte) 1),
              null,
              null,
              null,
              null,
              schema.fields(),
              null,
              null);
      Schema current = schema;
      Struct value = new Struct(current).put("x", (byte) 2);
      if (i == 250) {
        assertThat(roundTrip(current, value)).isEqualTo(value);
      }
      if (i == 299) {
        assertThatThrownBy(() -> encoder.encode(current, value))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("expected at most 256 levels of nesting");
      }
    }
  }

  private Object roundTrip(Schema schema, Object value) {
    SchemaAndValue back = decode(encoder.encode(schema, value));
    assertThat(back.schema()).isEqualTo(schema);
    return back.value();
  }

  private SchemaAndValue decode(EncodedValue encoded) {
    return new ValueDecoder(texts).decode(encoded.encoding(), encoded.bytes());
  }
}
