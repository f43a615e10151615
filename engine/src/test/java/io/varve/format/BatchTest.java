package io.varve.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.varve.base.CorruptionException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BatchTest {

  private static final long EPOCH = 3;
  private static final long[] TIMES = {
    0, 1, -1, 1_795_176_000_000L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1
  };

  @ParameterizedTest
  @EnumSource(Codec.class)
  void batchesOfAnyEventsComeBackEqual(Codec codec) throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Event> events = events(random, 1 + random.nextInt(40));
      ByteBuffer encoded = encode(events, codec);
      assertThat(decode(encoded)).as("seed %d", seed).isEqualTo(events);
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void aPayloadThatDoesNotGetSmallerIsStoredAsItIs(Codec codec) throws IOException {
    Random random = new Random(1);
    for (int bytes : new int[] {0, 1, 100, 100_000}) {
      byte[] value = new byte[bytes];
      random.nextBytes(value);
      List<Event> events = List.of(Event.of(7, 7, null, value));
      ByteBuffer encoded = encode(events, codec);
      assertThat(header(encoded).codec()).isEqualTo(Codec.NONE);
      assertThat(encoded.limit()).isLessThanOrEqualTo(BatchHeader.BYTES + bytes + 20);
      assertThat(decode(encoded)).isEqualTo(events);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aPayloadThatCompressesIsStoredSmaller(Codec codec) throws IOException {
    List<Event> events = List.of(Event.of(7, 7, null, new byte[100_000]));
    ByteBuffer encoded = encode(events, codec);
    assertThat(header(encoded).codec()).isEqualTo(codec);
    assertThat(encoded.limit()).isLessThan(10_000);
    assertThat(decode(encoded)).isEqualTo(events);
  }

  /** Long runs of the same kind, with lengths and times around what one and two bytes hold. */
  @Test
  void eventsOfOneKindComeBackAsTheyWere() throws IOException {
    int[] lengths = {0, 1, 127, 128, 16_383, 16_384};
    for (long seed = 0; seed < 300; seed++) {
      List<Event> events = alike(new Random(seed), 1 + (int) (seed % 60), lengths);
      assertThat(decode(encode(events, Codec.NONE))).as("seed %d", seed).isEqualTo(events);
    }
  }

  /** Events of which most are of one kind, and mostly at one offset after another. */
  private static List<Event> alike(Random random, int count, int[] lengths) {
    long[] steps = {0, 63, -64, 64, 8191, -8192, 8192, 1L << 40};
    List<Event> events = new ArrayList<>();
    Event kind = event(random, 0);
    boolean plain = random.nextInt(4) > 0;
    long offset = random.nextInt(1000);
    long timeMs = random.nextInt();
    for (int i = 0; i < count; i++) {
      timeMs += steps[random.nextInt(steps.length)];
      byte[] key = new byte[lengths[random.nextInt(lengths.length)]];
      byte[] value = new byte[lengths[random.nextInt(lengths.length)]];
      random.nextBytes(key);
      random.nextBytes(value);
      Event like = random.nextInt(20) == 0 ? event(random, 0) : kind;
      boolean timeless = like.timestampType() == TimestampType.NONE;
      events.add(
          new Event(
              offset,
              timeless ? Event.NO_TIMESTAMP : timeMs,
              like.timestampType(),
              like.keyEncoding(),
              like.key() == null ? null : key,
              like.valueEncoding(),
              like.value() == null ? null : value,
              plain ? Headers.EMPTY : like.headers(),
              plain ? null : like.messageId(),
              plain ? Event.NOT_DELAYED : like.dueTimeMs()));
      offset += random.nextInt(10) == 0 ? 2 + random.nextInt(200) : 1;
    }
    return events;
  }

  /** Byte for byte: nothing of an event is lost on the way, and nothing else is written. */
  @Test
  void anEventInOnePieceIsAddedAsItsPartsWouldBe() throws IOException {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Event> events = events(random, 1 + random.nextInt(20));
      for (int i = random.nextInt(20); i > 0; i--) {
        long next = events.get(events.size() - 1).offset() + 1;
        events.add(Event.of(next, next % 300, bytes(random, 200), new byte[random.nextInt(200)]));
      }
      BatchCursor cursor = new BatchCursor();
      ByteBuffer encoded = encode(events, Codec.NONE);
      cursor.load(header(encoded), encoded, BatchHeader.BYTES, "file", 640);
      BatchBuilder batch = new BatchBuilder(16);
      List<Event> expected = new ArrayList<>();
      PackedEvent packed = new PackedEvent();
      for (Event e : events) {
        assertThat(cursor.next()).isTrue();
        byte[] room = new byte[7 + cursor.packedBytes()];
        cursor.pack(room, 7);
        packed.at(room, 7);
        Progress progress = new Progress(random.nextLong(), random.nextLong(), random.nextLong());
        long dueMs = random.nextInt();
        byte[] header = Release.emptyHeader();
        Release.putInto(header, e.offset(), dueMs, progress);
        long need = BatchBuilder.bytesMax(packed, header);
        batch.add(e.offset() + 1, 77, packed, header, dueMs, need);
        Headers.Builder headers = Headers.builder();
        e.headers().asList().forEach(h -> headers.add(h.name(), h.encoding(), h.value()));
        headers.add(Release.HEADER, Encoding.BYTES, Arrays.copyOfRange(header, 16, 64));
        boolean timeless = e.timestampType() == TimestampType.NONE;
        expected.add(
            new Event(
                e.offset() + 1,
                timeless ? Event.NO_TIMESTAMP : 77,
                e.timestampType(),
                e.keyEncoding(),
                e.key(),
                e.valueEncoding(),
                e.value(),
                headers.build(),
                e.messageId(),
                dueMs));
        for (String name : new String[] {"", "a", "héader", "名前", "absent"}) {
          assertThat(packed.header(name.getBytes(StandardCharsets.UTF_8)))
              .as("seed %d, header %s", seed, name)
              .isEqualTo(last(e.headers(), name));
        }
        byte[] value = Arrays.copyOfRange(header, 16, 64);
        assertThat(Release.decode(value, "log", 1))
            .isEqualTo(new Release(e.offset(), dueMs, progress));
      }
      ByteBuffer to = ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(batch.encode(Codec.NONE, EPOCH, to))
          .as("seed %d", seed)
          .isEqualTo(encode(expected, Codec.NONE));
    }
  }

  private static byte[] last(Headers headers, String name) {
    byte[] found = null;
    for (Headers.Header header : headers.asList()) {
      found = header.name().equals(name) ? header.value() : found;
    }
    return found;
  }

  /** Damage that checksums can't see, since they were made of it. */
  @ParameterizedTest
  @EnumSource(Codec.class)
  void aPayloadThatWasWrittenWrongIsCorruptOrSomeOtherEventsButNothingWorse(Codec codec)
      throws IOException {
    int[] lengths = {0, 3, 40, 130};
    BatchCursor cursor = new BatchCursor();
    for (long seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      List<Event> events =
          seed % 2 == 0
              ? events(random, 1 + random.nextInt(5))
              : alike(random, 1 + random.nextInt(20), lengths);
      ByteBuffer sound = encode(events, codec);
      ByteBuffer encoded = encode(events, codec);
      int payload = encoded.limit() - BatchHeader.BYTES;
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        int at = BatchHeader.BYTES + random.nextInt(payload);
        encoded.put(at, (byte) (encoded.get(at) ^ 1 << random.nextInt(8)));
      }
      encoded.putInt(12, Checksum.of(encoded, BatchHeader.BYTES, payload));
      encoded.putInt(4, Checksum.of(encoded, 8, BatchHeader.BYTES - 8));
      try {
        assertThat(decode(cursor, encoded)).isNotEmpty();
      } catch (CorruptionException e) {
        assertThat(e).hasMessageContaining("file").hasMessageContaining("at byte 640");
      } catch (RuntimeException e) {
        fail("Seed " + seed, e);
      }
      assertThat(decode(cursor, sound)).as("seed %d, afterwards", seed).isEqualTo(events);
    }
  }

  @Test
  void noEventIsShownBehindTheOffsetThatTheHeaderGivesAsTheLast() throws IOException {
    List<Event> events = new ArrayList<>();
    for (long offset : new long[] {0, 5, 6, 7, 8}) {
      events.add(Event.of(offset, offset, null, new byte[20]));
    }
    ByteBuffer encoded = encode(events, Codec.NONE);
    encoded.putLong(24, 6);
    encoded.putInt(4, Checksum.of(encoded, 8, BatchHeader.BYTES - 8));
    BatchCursor cursor = new BatchCursor();
    cursor.load(header(encoded), encoded, BatchHeader.BYTES, "file", 640);

    assertThat(cursor.next()).isTrue();
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.offset()).isEqualTo(5);
    assertThatThrownBy(cursor::next)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("offsets up to 6");
  }

  @Test
  void aValueThatRunsPastThePayloadIsNotShown() throws IOException {
    List<Event> events = new ArrayList<>();
    for (long offset = 0; offset < 4; offset++) {
      events.add(Event.of(offset, offset, null, new byte[20]));
    }
    ByteBuffer encoded = encode(events, Codec.NONE);
    int payload = encoded.limit() - BatchHeader.BYTES;
    int secondsLength = BatchHeader.BYTES + payload / 4 + 4;
    assertThat(encoded.get(secondsLength)).isEqualTo((byte) 20);
    encoded.put(secondsLength, (byte) 120);
    encoded.putInt(12, Checksum.of(encoded, BatchHeader.BYTES, payload));
    encoded.putInt(4, Checksum.of(encoded, 8, BatchHeader.BYTES - 8));
    BatchCursor cursor = new BatchCursor();
    cursor.load(header(encoded), encoded, BatchHeader.BYTES, "file", 640);

    assertThat(cursor.next()).isTrue();
    assertThatThrownBy(cursor::next)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("a length of 120");
  }

  /** Else a header could have a reader allocate the largest payload there may be. */
  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aLengthThatItsPayloadCanNotHoldIsCorrupt(Codec codec) throws IOException {
    ByteBuffer encoded = encode(List.of(Event.of(7, 7, null, new byte[1000])), codec);
    assertThat(header(encoded).payloadBytes()).isLessThan(200);
    encoded.putInt(52, BatchHeader.PAYLOAD_BYTES_MAX);
    encoded.putInt(4, Checksum.of(encoded, 8, BatchHeader.BYTES - 8));

    assertThatThrownBy(() -> header(encoded))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("uncompressed bytes")
        .hasMessageContaining("" + BatchHeader.PAYLOAD_BYTES_MAX);
  }

  @Test
  void headersThatWereWrittenWrongAreCorruptOrLegal() throws IOException {
    for (long seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      ByteBuffer encoded = encode(events(random, 2), Codec.NONE);
      encoded.put(8 + random.nextInt(56), (byte) random.nextInt(256));
      encoded.putInt(4, Checksum.of(encoded, 8, BatchHeader.BYTES - 8));
      try {
        BatchHeader header = header(encoded);
        assertThat(header.totalBytes()).isBetween(65, BatchHeader.PAYLOAD_BYTES_MAX + 64);
        assertThat(header.count()).isBetween(1, header.uncompressedBytes());
      } catch (CorruptionException e) {
        assertThat(e.position()).isEqualTo(640);
      }
    }
  }

  private static BatchHeader header(ByteBuffer encoded) {
    BatchHeader header = new BatchHeader();
    header.decode(encoded, 0, EPOCH, "file", 640);
    return header;
  }

  private static ByteBuffer encode(List<Event> events, Codec codec) throws IOException {
    BatchBuilder batch = new BatchBuilder(16);
    for (Event e : events) {
      batch.add(
          e.offset(),
          e.timestampMs(),
          e.timestampType(),
          e.keyEncoding(),
          e.key(),
          e.valueEncoding(),
          e.value(),
          e.headers(),
          e.messageId(),
          e.dueTimeMs(),
          BatchBuilder.bytesMax(e.key(), e.value(), e.headers(), e.messageId()));
    }
    ByteBuffer to =
        ByteBuffer.allocateDirect(batch.encodedBytesMax(codec)).order(ByteOrder.LITTLE_ENDIAN);
    return batch.encode(codec, EPOCH, to);
  }

  private static List<Event> decode(ByteBuffer encoded) {
    return decode(new BatchCursor(), encoded);
  }

  private static List<Event> decode(BatchCursor cursor, ByteBuffer encoded) {
    BatchHeader header = header(encoded);
    cursor.load(header, encoded, BatchHeader.BYTES, "file", 640);
    List<Event> events = new ArrayList<>();
    int bytesLeft = header.uncompressedBytes();
    while (cursor.next()) {
      assertThat(cursor.offset()).isBetween(header.baseOffset(), header.lastOffset());
      bytesLeft -= Math.max(0, cursor.keyLength()) + Math.max(0, cursor.valueLength());
      assertThat(bytesLeft).as("bytes that no event has had yet").isNotNegative();
      events.add(cursor.toEvent());
    }
    return events;
  }

  private static List<Event> events(Random random, int count) {
    List<Event> events = new ArrayList<>();
    long offset = random.nextInt(4) == 0 ? Long.MAX_VALUE - 100 : random.nextInt(1000);
    for (int i = 0; i < count; i++) {
      events.add(event(random, offset));
      offset += 1 + random.nextInt(2);
    }
    return events;
  }

  private static Event event(Random random, long offset) {
    TimestampType type = TimestampType.values()[random.nextInt(3)];
    return new Event(
        offset,
        type == TimestampType.NONE ? Event.NO_TIMESTAMP : TIMES[random.nextInt(TIMES.length)],
        type,
        Encoding.values()[random.nextInt(4)],
        bytes(random, 20),
        Encoding.values()[random.nextInt(4)],
        bytes(random, 400),
        headers(random),
        random.nextInt(3) == 0 ? new byte[random.nextInt(3)] : null,
        random.nextInt(3) == 0 ? TIMES[random.nextInt(4)] : Event.NOT_DELAYED);
  }

  private static Headers headers(Random random) {
    Headers.Builder headers = Headers.builder();
    String[] names = {"", "a", "a", "héader", "名前", "x".repeat(300)};
    for (int i = random.nextInt(4) * random.nextInt(2); i > 0; i--) {
      headers.add(
          names[random.nextInt(names.length)],
          Encoding.values()[random.nextInt(4)],
          bytes(random, 30));
    }
    return headers.build();
  }

  /** Null, empty, random, or such as compress. */
  private static byte[] bytes(Random random, int max) {
    byte[] bytes = new byte[random.nextInt(max)];
    return switch (random.nextInt(5)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> "text ".repeat(bytes.length / 5).getBytes(StandardCharsets.UTF_8);
      default -> {
        random.nextBytes(bytes);
        yield bytes;
      }
    };
  }
}
