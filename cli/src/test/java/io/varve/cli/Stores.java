package io.varve.cli;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Small stores for the tests. */
final class Stores {

  static final StreamPartition ORDERS_0 = new StreamPartition("orders", 1, 0);
  static final StreamPartition ORDERS_1 = new StreamPartition("orders", 1, 1);

  /** 2026-11-20T12:00:00Z. */
  static final long NOON_MS = 1_795_176_000_000L;

  private Stores() {}

  /** Partition 0 holds events 0 to 99 in many segments, partition 1 events 5 and 7. */
  static Path orders(Path folder) {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      append(store, ORDERS_0, numbered(0, 100));
      append(store, ORDERS_1, List.of(odd(5), tombstone(7)));
    }
    return folder;
  }

  static void append(Store store, StreamPartition log, List<Event> events) {
    try (LogWriter writer = store.openWriter(log, small(), "test")) {
      events.forEach(writer::append);
    }
  }

  /** Small batches and segments, so that there are some of each. */
  static LogSettings small() {
    return LogSettings.defaults()
        .withBatchBytes(1 << 10)
        .withSegmentBytes(4 << 10)
        .withCodec(Codec.LZ4);
  }

  static List<Event> numbered(long from, long to) {
    List<Event> events = new ArrayList<>();
    for (long offset = from; offset < to; offset++) {
      events.add(numbered(offset));
    }
    return events;
  }

  static Event numbered(long offset) {
    return new Event(
        offset,
        NOON_MS + offset * 1000,
        TimestampType.CREATE,
        Encoding.STRING,
        text("k" + offset % 10),
        Encoding.STRING,
        text("value " + offset + " " + Long.toHexString(offset * 0x9e3779b97f4a7c15L).repeat(8)),
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  /** With bytes that are no text, headers of all kinds, an id and a due time. */
  static Event odd(long offset) {
    return new Event(
        offset,
        NOON_MS,
        TimestampType.LOG_APPEND,
        Encoding.BYTES,
        new byte[] {0, (byte) 0xff, 'k'},
        Encoding.BYTES,
        text("tab\tquote\"line\nend ж"),
        Headers.builder()
            .add("plain", Encoding.STRING, text("h"))
            .add("plain", new byte[] {(byte) 0xc3})
            .add("none", Encoding.NONE, null)
            .build(),
        text("id-" + offset),
        NOON_MS + 5);
  }

  static Event tombstone(long offset) {
    return new Event(
        offset,
        Event.NO_TIMESTAMP,
        TimestampType.NONE,
        Encoding.STRING,
        null,
        Encoding.NONE,
        null,
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Damages the first batch of the first log, which begins at byte 64 of its segment. */
  static Path damagedSegment(Path store) throws IOException {
    Path segment =
        files(store).stream()
            .filter(file -> file.toString().endsWith(".log"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(segment);
    bytes[140] ^= 1;
    Files.write(segment, bytes);
    return segment;
  }

  /** All files in a store. */
  static List<Path> files(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
