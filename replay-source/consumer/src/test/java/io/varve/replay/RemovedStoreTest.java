package io.varve.replay;

import static io.varve.replay.StoreFixture.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store that is removed while a consumer reads it is an error, not a store without events. */
final class RemovedStoreTest {

  private static final TopicPartition P0 = new TopicPartition("orders", 0);
  private static final int EVENTS = 300;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ALONE, 20",
    "ALONE, 300",
    "IN_A_GROUP, 20",
    "IN_A_GROUP, 300",
    "SUBSCRIBED, 20",
    "SUBSCRIBED, 300"
  })
  void whatComesIsRightAndThenAllCallsNameTheStore(Kind kind, int readBefore) throws IOException {
    Path path = fill();
    VarveConsumer<String, String> consumer = consumer(path, kind);
    try {
      List<Long> offsets = new ArrayList<>();
      while (offsets.size() < readBefore) {
        poll(consumer, offsets);
      }
      remove(path);

      // What is open can still be read to its end.
      assertThatThrownBy(
              () -> {
                while (true) {
                  poll(consumer, offsets);
                }
              })
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("There is no store in " + path + " any more");
      assertThat(offsets)
          .isEqualTo(LongStream.range(0, offsets.size()).boxed().toList())
          .hasSizeLessThanOrEqualTo(EVENTS);
      assertNamed(path, () -> consumer.poll(Duration.ZERO));
      assertNamed(path, () -> consumer.endOffsets(List.of(P0)));
      assertNamed(path, () -> consumer.beginningOffsets(List.of(P0)));
      assertNamed(path, () -> consumer.offsetsForTimes(Map.of(P0, 3L)));
      assertNamed(path, () -> consumer.partitionsFor("orders"));
      assertNamed(path, consumer::listTopics);
      if (kind != Kind.ALONE) {
        assertNamed(path, () -> consumer.committed(Set.of(P0)));
      }
      if (kind == Kind.IN_A_GROUP) {
        assertNamed(path, consumer::commitSync);
      }
    } finally {
      close(consumer, kind);
    }

    // What would be a group there, and no store, would keep others from making one.
    assertThat(path).doesNotExist();
    Store.open(path, StoreSettings.defaults()).close();
  }

  @Test
  void aFileThatIsGoneIsNamed() throws IOException {
    Path path = fill();
    try (VarveConsumer<String, String> consumer = consumer(path, Kind.ALONE)) {
      List<Long> offsets = new ArrayList<>();
      poll(consumer, offsets);
      Path logs = path.resolve("streams/orders/g1/p0");
      List<Path> segments;
      try (var files = Files.list(logs)) {
        segments = files.filter(each -> each.toString().endsWith(".log")).sorted().toList();
      }
      Path gone = segments.get(segments.size() / 2);
      Files.delete(gone);

      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(
                () -> {
                  while (true) {
                    poll(consumer, offsets);
                  }
                })
            .isInstanceOf(KafkaException.class)
            .hasStackTraceContaining(gone.toString());
      }
      // All before it, and nothing behind.
      String name = gone.getFileName().toString();
      long first = Long.parseLong(name.substring(0, name.indexOf('-')));
      assertThat(offsets).isEqualTo(LongStream.range(0, first).boxed().toList());
      assertThat(consumer.position(P0)).isEqualTo(first);
    }
  }

  private enum Kind {
    ALONE,
    IN_A_GROUP,
    SUBSCRIBED
  }

  private Path fill() {
    Path path = folder.resolve("store");
    StreamPartition log = new StreamPartition("orders", 1, 0);
    LogSettings small = LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);
    try (Store store = Store.open(path, StoreSettings.defaults());
        LogWriter writer = store.openWriter(log, small, "test")) {
      for (int i = 0; i < EVENTS; i++) {
        writer.append(Event.of(i, i, StoreFixture.bytes("k" + i), new byte[50]));
      }
      writer.sync();
    }
    return path;
  }

  private static VarveConsumer<String, String> consumer(Path path, Kind kind) {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "varve.store.path",
                path.toString(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                20));
    if (kind != Kind.ALONE) {
      settings.put(ConsumerConfig.GROUP_ID_CONFIG, "g");
    }
    VarveConsumer<String, String> consumer =
        new VarveConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    if (kind == Kind.SUBSCRIBED) {
      consumer.subscribe(List.of("orders"));
    } else {
      consumer.assign(List.of(P0));
    }
    return consumer;
  }

  private static void poll(Consumer<String, String> consumer, List<Long> offsets) {
    ConsumerRecords<String, String> records = consumer.poll(LIMIT);
    assertThat(records).isNotEmpty();
    records.forEach(record -> offsets.add(record.offset()));
  }

  private static void assertNamed(Path path, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(KafkaException.class)
        .hasStackTraceContaining(path.toString());
  }

  /** A member can't leave a group that is gone, and says so when all else is closed. */
  private static void close(Consumer<String, String> consumer, Kind kind) {
    try {
      consumer.close();
    } catch (KafkaException e) {
      assertThat(kind).isEqualTo(Kind.SUBSCRIBED);
      assertThat(e).hasStackTraceContaining("There is no store in ");
    }
  }

  private static void remove(Path path) throws IOException {
    try (var all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
