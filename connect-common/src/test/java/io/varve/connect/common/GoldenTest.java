package io.varve.connect.common;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

final class GoldenTest {
  @Test
  void placeholder() throws IOException {
    assertThat(avroSchema("\"int\"".getBytes(UTF_8)).getType()).isEqualTo(Schema.Type.INT);
  }

  static Schema avroSchema(byte[] text) {
    return new Schema.Parser().parse(new String(text, UTF_8));
  }

  static long fingerprint(byte[] singleObject) {
    return ByteBuffer.wrap(singleObject).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
  }
}
