package io.varve.connect.common;

import static io.varve.connect.common.RandomConnectData.comparable;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;

/** Whatever Connect can hold comes back equal, by a decoder that knows nothing but the store. */
final class RoundTripProperties {
  private static final int HEADER_BYTES = 10;

  private final MemorySchemaTexts texts = new MemorySchemaTexts();

  @Property(tries = 4000)
  void everySchemaAndValueComesBackEqual(@ForAll long seed, @ForAll @IntRange(max = 5) int depth)
      throws IOException {
    RandomConnectData data = new RandomConnectData(seed);
    Schema schema = data.schema(depth);
    Object value = data.value(schema);

    EncodedValue encoded = new ValueEncoder(texts).encode(schema, value);
    SchemaAndValue back = new ValueDecoder(texts).decode(encoded.encoding(), encoded.bytes());

    assertThat(back.schema()).isEqualTo(schema);
    assertThat(schema).isEqualTo(back.schema());
    assertThat(comparable(back.value())).isEqualTo(comparable(value));
    assertThat(new ValueEncoder(texts).encode(back.schema(), back.value()))
        .as("the schema that came back has the same text")
        .isEqualTo(encoded);
    if (encoded.encoding() == Encoding.AVRO) {
      expectReadableByAvro(encoded);
    }
  }

  @Property(tries = 2000)
  void everySchemalessValueComesBackEqual(@ForAll long seed, @ForAll @IntRange(max = 5) int depth)
      throws IOException {
    Object value = new RandomConnectData(seed).schemaless(depth);

    EncodedValue encoded = new ValueEncoder(texts).encode(null, value);
    SchemaAndValue back = new ValueDecoder(texts).decode(encoded.encoding(), encoded.bytes());

    assertThat(back.schema()).isNull();
    assertThat(comparable(back.value())).isEqualTo(comparable(value));
    if (encoded.encoding() == Encoding.AVRO) {
      expectReadableByAvro(encoded);
    }
  }

  @Property(tries = 500)
  void aRecordMayHoldNullWhateverItsSchemaSays(
      @ForAll long seed, @ForAll @IntRange(max = 3) int depth) {
    Schema schema = new RandomConnectData(seed).schema(depth);
    EncodedValue encoded = new ValueEncoder(texts).encode(schema, null);
    SchemaAndValue back = new ValueDecoder(texts).decode(encoded.encoding(), encoded.bytes());
    assertThat(back).isEqualTo(new SchemaAndValue(schema, null));
  }

  /**
   * The Avro library parses the text, reads the value to its end, and writes it in as many bytes.
   */
  private void expectReadableByAvro(EncodedValue encoded) throws IOException {
    byte[] bytes = encoded.bytes();
    byte[] text = texts.get(GoldenTest.fingerprint(bytes));
    assertThat(SchemaNormalization.fingerprint64(text)).isEqualTo(GoldenTest.fingerprint(bytes));
    org.apache.avro.Schema schema = GoldenTest.avroSchema(text);
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null);
    Object generic = new GenericDatumReader<>(schema).read(null, decoder);
    assertThat(decoder.isEnd()).isTrue();

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(generic, encoder);
    encoder.flush();
    assertThat(out.size()).isEqualTo(bytes.length - HEADER_BYTES);
  }
}
