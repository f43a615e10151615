package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import io.varve.base.BadSettingException;
import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StoreTest {

  private static final StreamPartition ORDERS = new StreamPartition("orders", 1, 0);
  private static final LogSettings SMALL =
      LogSettings.defaults().withSegmentBytes(8192).withBatchBytes(1024);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Codec.class)
  void whatIsAppendedComesBackAcrossSegmentsAndReopenings(Codec codec) {
    List<Event> written = new ArrayList<>();
    Random random = new Random(42);
    for (int round = 0; round < 3; round++) {
      try (Store store = Store.open(folder, StoreSettings.defaults());
          LogWriter writer = store.openWriter(ORDERS, SMALL.withCodec(codec), "test")) {
        long offset = writer.nextOffset();
        assertThat(offset).isEqualTo(written.isEmpty() ? 0 : last(written).offset() + 1);
        for (int i = 0; i < 500; i++) {
          Event event = randomEvent(random, offset);
          offset += 1 + random.nextInt(3);
          written.add(event);
          writer.append(event);
        }
        if (round == 1) {
          writer.sync();
          assertThat(writer.durableOffset()).isEqualTo(writer.nextOffset());
          assertThat(read(store, ReadRange.all())).isEqualTo(written);
        }
      }
    }
    try (Store store = Store.openReadOnly(folder)) {
      assertThat(read(store, ReadRange.all())).isEqualTo(written);
      assertThat(store.stats(ORDERS).events()).isEqualTo(written.size());
      assertThat(store.stats(ORDERS).segments()).isGreaterThan(3);
      for (int i = 0; i < 100; i++) {
        long from = random.nextLong(written.size() * 2L);
        long to = from + random.nextLong(200);
        assertThat(read(store, ReadRange.offsets(from, to)))
            .isEqualTo(
                written.stream().filter(e -> e.offset() >= from && e.offset() < to).toList());
        long fromMs = random.nextLong(1000);
        long toMs = fromMs + random.nextLong(100);
        assertThat(read(store, ReadRange.times(fromMs, toMs)))
            .isEqualTo(
                written.stream()
                    .filter(e -> e.timestampMs() >= fromMs && e.timestampMs() < toMs)
                    .toList());
      }
    }
  }

  @Test
  void aReaderFollowsTheTailAsItIsCommitted() {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(ORDERS, SMALL, "test");
        Store other = Store.openReadOnly(folder);
        LogReader reader = other.openReader(ORDERS, ReadRange.all())) {
      for (int i = 0; i < 300; i++) {
        writer.append(Event.of(i, i, null, new byte[100]));
        assertThat(reader.next()).isFalse();
        writer.sync();
        assertThat(reader.await(Duration.ofSeconds(10))).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().offset()).isEqualTo(i);
      }
    }
  }

  @Test
  void aWriterThatIsTakenOverIsFencedAndChangesNothing() {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      LogWriter old = store.openWriter(ORDERS, SMALL, "test");
      old.append(Event.of(0, 1, null, bytes("kept")));
      old.sync();
      old.append(Event.of(1, 1, null, bytes("never acknowledged")));
      try (LogWriter next = store.openWriter(ORDERS, SMALL, "test")) {
        assertThat(next.nextOffset()).isEqualTo(1);
        assertThat(next.recovery().clean()).isFalse();
        assertThatThrownBy(old::sync)
            .isInstanceOf(FencedException.class)
            .hasMessageContaining("epoch 2 is held by 'test'");
        assertThatThrownBy(() -> old.append(Event.of(2, 1, null, null)))
            .isInstanceOf(FencedException.class);
        next.append(Event.of(1, 1, null, bytes("new")));
        next.sync();
        assertThat(read(store, ReadRange.all()))
            .extracting(e -> new String(e.value(), StandardCharsets.UTF_8))
            .containsExactly("kept", "new");
        old.close();
      }
    }
  }

  @Test
  void aSecondOwnerOfAnotherNameIsToldWhoHoldsTheLog() {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(ORDERS, SMALL, "connector a");
        Store second = Store.open(folder, StoreSettings.defaults())) {
      assertThatThrownBy(() -> second.openWriter(ORDERS, SMALL, "connector b"))
          .isInstanceOf(OwnedException.class)
          .hasMessageContaining("'connector a' (process " + ProcessHandle.current().pid());
      writer.append(Event.of(0, 1, null, null));
      assertThat(writer.sync()).isEqualTo(1);
    }
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(ORDERS, SMALL, "connector b")) {
      assertThat(writer.recovery().clean()).isTrue();
    }
  }

  @Test
  void retentionDeletesFilesButNoneThatAReaderNeeds() throws IOException {
    StoreSettings quick = StoreSettings.defaults().withMaintenanceMs(5);
    LogSettings settings = SMALL.withRetention(new Retention(-1, 20_000));
    try (Store store = Store.open(folder, quick);
        LogWriter writer = store.openWriter(ORDERS, settings, "test")) {
      writer.append(Event.of(0, 0, null, new byte[500]));
      writer.sync();
      try (LogReader reader = store.openReader(ORDERS, ReadRange.all())) {
        for (int i = 1; i < 200; i++) {
          writer.append(Event.of(i, i, null, new byte[500]));
        }
        writer.sync();
        org.awaitility.Awaitility.await().until(() -> store.stats(ORDERS).startOffset() > 100);
        for (int i = 0; i < 200; i++) {
          assertThat(reader.next() || reader.await(Duration.ofSeconds(5)) && reader.next())
              .isTrue();
          assertThat(reader.event().offset()).isEqualTo(i);
        }
      }
      org.awaitility.Awaitility.await()
          .until(
              () -> {
                try (var files = Files.list(folder.resolve("streams/orders/g1/p0"))) {
                  return files.filter(f -> f.toString().endsWith(".log")).count() <= 4;
                }
              });
    }
  }

  @Test
  void badInputIsToldFromAFailure() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> Store.open(file, StoreSettings.defaults()))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("it is a file");
    assertThatThrownBy(() -> Store.open(folder, StoreSettings.defaults()))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("it holds other things, such as 'file'");
    assertThatThrownBy(() -> Store.openReadOnly(folder.resolve("none")))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("there is no store");
    assertThatThrownBy(() -> new StreamPartition("../x", 1, 0))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("'../x'");
    try (Store store = Store.open(folder.resolve("store"), StoreSettings.defaults());
        LogWriter writer = store.openWriter(ORDERS, SMALL.withEventBytesMax(1000), "test")) {
      assertThatThrownBy(() -> writer.append(Event.of(0, 0, null, new byte[1001])))
          .isInstanceOf(BadEventException.class)
          .hasMessageContaining("event.bytes.max");
      writer.append(Event.of(5, 0, null, null));
      assertThatThrownBy(() -> writer.append(Event.of(5, 0, null, null)))
          .isInstanceOf(BadEventException.class)
          .hasMessageContaining("expected 6 or more");
    }
  }

  private static List<Event> read(Store store, ReadRange range) {
    List<Event> events = new ArrayList<>();
    try (LogReader reader = store.openReader(ORDERS, range)) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }
    return events;
  }

  private static Event randomEvent(Random random, long offset) {
    Headers.Builder headers = Headers.builder();
    for (int i = random.nextInt(3); i > 0; i--) {
      headers.add("name-ü-" + i, random.nextBoolean() ? null : random(random, 20));
    }
    return new Event(
        offset,
        random.nextInt(1000),
        io.varve.event.TimestampType.CREATE,
        Encoding.values()[random.nextInt(4)],
        random.nextInt(5) == 0 ? null : random(random, 20),
        Encoding.values()[random.nextInt(4)],
        random.nextInt(5) == 0 ? null : random(random, 300),
        headers.build(),
        random.nextInt(5) == 0 ? random(random, 16) : null,
        random.nextInt(5) == 0 ? random.nextLong() / 4 : Event.NOT_DELAYED);
  }

  private static byte[] random(Random random, int max) {
    byte[] bytes = new byte[random.nextInt(max)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Event last(List<Event> events) {
    return events.get(events.size() - 1);
  }
}
