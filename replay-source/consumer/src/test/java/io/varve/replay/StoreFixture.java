package io.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A store with streams of text, and consumers of them. */
final class StoreFixture implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path path;
  private final Store store;

  StoreFixture(Path path) {
    this.path = path;
    this.store = Store.open(path, StoreSettings.defaults());
  }

  Store store() {
    return store;
  }

  Path path() {
    return path;
  }

  /** Appends texts to a partition of a stream's first generation, at the offsets that come next. */
  void append(String stream, int partition, String... texts) {
    append(new StreamPartition(stream, 1, partition), texts);
  }

  void append(StreamPartition log, String... texts) {
    try (LogWriter writer = store.openWriter(log, LogSettings.defaults(), "test")) {
      for (String text : texts) {
        long offset = writer.nextOffset();
        writer.append(Event.of(offset, 1000 + offset, bytes("k" + offset), bytes(text)));
      }
      writer.sync();
    }
  }

  /** Appends events as they are. */
  void append(StreamPartition log, Event... events) {
    try (LogWriter writer = store.openWriter(log, LogSettings.defaults(), "test")) {
      for (Event event : events) {
        writer.append(event);
      }
      writer.sync();
    }
  }

  /** Makes a partition without events. */
  void make(String stream, int partition) {
    append(stream, partition);
  }

  /** An event with a value of that encoding. */
  static Event event(long offset, long timeMs, Encoding encoding, byte[] value, Headers headers) {
    return new Event(
        offset,
        timeMs,
        TimestampType.CREATE,
        Encoding.NONE,
        null,
        encoding,
        value,
        headers,
        null,
        Event.NOT_DELAYED);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  Map<String, Object> settings(Object... more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("varve.store.path", path.toString());
    settings.put("auto.offset.reset", "earliest");
    settings.put("heartbeat.interval.ms", 100);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i].toString(), more[i + 1]);
    }
    return settings;
  }

  VarveConsumer<String, String> consumer(Object... more) {
    return new VarveConsumer<>(settings(more), new StringDeserializer(), new StringDeserializer());
  }

  /** Polls until that many records are there; what else came with them is among them. */
  static List<ConsumerRecord<String, String>> poll(Consumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (records.size() < count && System.nanoTime() < end) {
      consumer.poll(Duration.ofMillis(100)).forEach(records::add);
    }
    return records;
  }

  static List<String> values(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  /** Polls all of them in turn, without keeping what comes, until the condition holds. */
  @SafeVarargs
  static void pollUntil(BooleanSupplier condition, Consumer<String, String>... consumers) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + LIMIT);
      }
      for (Consumer<String, String> consumer : consumers) {
        consumer.poll(Duration.ofMillis(20));
      }
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
