package io.varve.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash is SipHash-2-4 with 128 bits. */
final class KeyHashTest {

  private static final UUID SECRET =
      new UUID(Long.reverseBytes(0x0001020304050607L), Long.reverseBytes(0x08090a0b0c0d0e0fL));

  /** What OpenSSL 3 answers to the message 00 01 02 ... of that length, with the key 00 to 0f. */
  @ParameterizedTest
  @CsvSource({
    "8,  3b62a9ba6258f5610f83e264f31497b4",
    "9,  264499060ad9baabc47f8b02bb6d71ed",
    "15, 5493e99933b0a8117e08ec0f97cfc3d9",
    "16, 6ee2a4ca67b054bbfd3315bf85230577",
    "23, c9d184ddd5a9f5e0cf8ce29a9abf691c",
    "40, df6a301e95c95dad97ae0cc8c6913bd8",
  })
  void hashesAsOpenSslDoes(int length, String expected) {
    byte[] rest = new byte[length - 8 + 3];
    for (int i = 0; i < length - 8; i++) {
      rest[i] = (byte) (8 + i);
    }
    KeyHash hash = new KeyHash(SECRET);
    hash.of(0x0706050403020100L, rest, length - 8);
    assertThat(
            HexFormat.of().toHexDigits(Long.reverseBytes(hash.high()))
                + HexFormat.of().toHexDigits(Long.reverseBytes(hash.low())))
        .isEqualTo(expected);
  }

  @Test
  void bytesAndATextAreTwoKeys() {
    KeyHash bytes = new KeyHash(SECRET);
    bytes.of(Encoding.BYTES, new byte[] {'a'}, 1);
    KeyHash text = new KeyHash(SECRET);
    text.of(Encoding.STRING, new byte[] {'a'}, 1);
    assertThat(bytes.high()).isNotEqualTo(text.high());
  }
}
