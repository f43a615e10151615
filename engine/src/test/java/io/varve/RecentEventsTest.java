package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.Codec;
import io.varve.format.PackedEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RecentEventsTest {

  private static final byte[] NAME = "name".getBytes(StandardCharsets.UTF_8);

  private final PackedEvent event = new PackedEvent();

  @Test
  void eventsAreFoundUntilTheirSecondIsOver() throws IOException {
    RecentEvents recent = new RecentEvents(1 << 20);
    for (int i = 0; i < 1000; i++) {
      assertThat(recent.add(event(i, 10), 5000 + i * 7)).isEqualTo(Long.MAX_VALUE);
    }
    assertThat(recent.count()).isEqualTo(1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(recent.get(5000 + i * 7, i, event)).isTrue();
      assertThat(event.header(NAME)).isEqualTo(("event " + i).getBytes(StandardCharsets.UTF_8));
      assertThat(recent.has(5000 + i * 7, i + 1))
          .as("another in its second")
          .isEqualTo(i < 999 && (5000 + i * 7) / 1000 == (5000 + (i + 1) * 7) / 1000);
    }
    recent.forgetBefore(8000);
    assertThat(recent.has(7999, 428)).isFalse();
    assertThat(recent.has(8003, 429)).isTrue();
    recent.forgetBefore(Long.MAX_VALUE);
    assertThat(recent.count()).isZero();
    assertThat(recent.bytes()).isZero();
  }

  @Test
  void whereThereIsNoRoomWhatIsDueLastGoes() throws IOException {
    RecentEvents recent = new RecentEvents(40_000);
    long kept = Long.MAX_VALUE;
    for (int i = 0; i < 200; i++) {
      long due = 10_000 + i % 10 * 1000;
      if (due < kept) {
        kept = Math.min(kept, recent.add(event(i, 500), due));
      }
      assertThat(recent.bytes()).isLessThanOrEqualTo(40_000);
    }
    assertThat(kept).isBetween(11_000L, 19_000L);
    for (int i = 0; i < 200; i++) {
      long due = 10_000 + i % 10 * 1000;
      assertThat(recent.has(due, i)).isEqualTo(due < kept);
    }
  }

  @Test
  void aSecondWhosePlaceIsTakenIsNotKept() throws IOException {
    RecentEvents recent = new RecentEvents(1 << 20);
    assertThat(recent.add(event(1, 10), 1500)).isEqualTo(Long.MAX_VALUE);
    assertThat(recent.add(event(2, 10), 65_500)).isEqualTo(65_500);
    assertThat(recent.has(65_500, 2)).isFalse();
    assertThat(recent.has(1500, 1)).isTrue();
  }

  private static BatchCursor event(long offset, int bytes) throws IOException {
    Headers headers =
        Headers.builder()
            .add("name", Encoding.STRING, ("event " + offset).getBytes(StandardCharsets.UTF_8))
            .build();
    byte[] value = new byte[bytes];
    BatchBuilder batch = new BatchBuilder(16);
    batch.add(
        offset,
        0,
        TimestampType.CREATE,
        Encoding.NONE,
        null,
        Encoding.BYTES,
        value,
        headers,
        null,
        Event.NOT_DELAYED,
        BatchBuilder.bytesMax(null, value, headers, null));
    ByteBuffer encoded = batch.encode(Codec.NONE, 1, ByteBuffer.allocateDirect(0));
    BatchHeader header = new BatchHeader();
    header.decode(encoded, 0, 1, "file", 0);
    BatchCursor cursor = new BatchCursor();
    cursor.load(header, encoded, BatchHeader.BYTES, "file", 0);
    assertThat(cursor.next()).isTrue();
    return cursor;
  }
}
