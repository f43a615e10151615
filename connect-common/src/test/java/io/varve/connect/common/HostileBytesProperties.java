package io.varve.connect.common;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.varve.connect.common.avro.Fingerprint;
import io.varve.event.Encoding;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.connect.data.Schema;

/**
 * Whatever the bytes are, they are read or refused by {@link UnreadableValueException}, without
 * taking more memory than their size warrants.
 */
final class HostileBytesProperties {
  private static final int HEADER_BYTES = 10;

  /** Room for classes that are loaded on the way, compiled schemas, and the message. */
  private static final long FREE_BYTES = 8 << 20;

  /** What one byte may cost: a level of nesting each, a struct with its array at each level. */
  private static final long BYTES_A_BYTE = 64 * 1024;

  private final MemorySchemaTexts texts = new MemorySchemaTexts();

  @Property(tries = 5000)
  void damagedValuesAreReadOrRefused(@ForAll long seed, @ForAll @IntRange(max = 4) int depth) {
    RandomConnectData data = new RandomConnectData(seed);
    Random random = new Random(seed);
    Schema schema = random.nextInt(4) == 0 ? null : data.schema(depth);
    Object value = schema == null ? data.schemaless(depth) : data.value(schema);
    EncodedValue encoded = new ValueEncoder(texts).encode(schema, value);
    if (encoded.bytes() != null) {
      // The fingerprint stays: a foreign one is refused at once.
      expectReadOrRefused(encoded.encoding(), damage(encoded.bytes(), HEADER_BYTES, random));
    }
  }

  @Property(tries = 5000)
  void damagedSchemasAreReadOrRefused(@ForAll long seed, @ForAll @IntRange(max = 4) int depth) {
    RandomConnectData data = new RandomConnectData(seed);
    Random random = new Random(seed);
    Schema schema = data.schema(depth);
    EncodedValue encoded = new ValueEncoder(texts).encode(schema, data.value(schema));
    if (encoded.encoding() == Encoding.AVRO) {
      byte[] text = damage(texts.get(GoldenTest.fingerprint(encoded.bytes())), 0, random);
      long fingerprint = Fingerprint.of(text);
      texts.put(fingerprint, text);
      byte[] bytes = encoded.bytes().clone();
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(2, fingerprint);
      expectReadOrRefused(Encoding.AVRO, bytes);
    }
  }

  @Property(tries = 2000)
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes, @ForAll Encoding encoding) {
    expectReadOrRefused(encoding, bytes);
  }

  private void expectReadOrRefused(Encoding encoding, byte[] bytes) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      new ValueDecoder(texts).decode(encoding, bytes);
    } catch (UnreadableValueException e) {
      assertThat(e).hasMessageFindingMatch("expected|is not in the store's schemas");
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated for a value of " + bytes.length)
        .isLessThan(FREE_BYTES + bytes.length * BYTES_A_BYTE);
  }

  private static byte[] damage(byte[] whole, int from, Random random) {
    byte[] bytes = whole.clone();
    if (bytes.length <= from) {
      return bytes;
    }
    switch (random.nextInt(4)) {
      case 0 -> bytes = Arrays.copyOf(bytes, from + random.nextInt(bytes.length - from));
      case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(3));
      case 2 -> {
        byte[] noise = new byte[Math.min(bytes.length - from, 12)];
        random.nextBytes(noise);
        int at = from + random.nextInt(bytes.length - from - noise.length + 1);
        System.arraycopy(noise, 0, bytes, at, noise.length);
      }
      default -> {
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          bytes[from + random.nextInt(bytes.length - from)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return bytes;
  }
}
