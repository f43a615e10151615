package io.varve.replay;

import static io.varve.replay.StoreFixture.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The offset for a time is that of the first event, by offset, whose timestamp is that time or
 * later, and comes with that event's timestamp: compared with going through all events.
 */
final class OffsetsForTimesTest {

  private static final TopicPartition P0 = new TopicPartition("orders", 0);
  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final LogSettings SMALL =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);
  private static final int SEEDS = 20;

  /** How timestamps follow each other. */
  private enum Order {
    RISING,
    NEARLY_RISING,
    FALLING,
    RANDOM,
    ALL_THE_SAME
  }

  @TempDir Path folder;

  @Test
  void anEmptyPartitionHasNone() {
    try (StoreFixture store = new StoreFixture(folder);
        VarveConsumer<String, String> consumer = store.consumer()) {
      store.make("orders", 0);

      assertThat(consumer.offsetsForTimes(Map.of(P0, 0L))).hasSize(1).containsEntry(P0, null);
    }
  }

  @Test
  void eachPartitionIsAskedForItsOwnTime() {
    TopicPartition p1 = new TopicPartition("orders", 1);
    TopicPartition p2 = new TopicPartition("orders", 2);
    try (StoreFixture store = new StoreFixture(folder);
        VarveConsumer<String, String> consumer = store.consumer()) {
      store.append("orders", 0, "a", "b", "c");
      store.append("orders", 1, "d", "e", "f");
      store.append("orders", 2, "g");

      assertThat(consumer.offsetsForTimes(Map.of(P0, 1001L, p1, 1002L, p2, 1001L)))
          .hasSize(3)
          .containsEntry(P0, new OffsetAndTimestamp(1, 1001))
          .containsEntry(p1, new OffsetAndTimestamp(2, 1002))
          .containsEntry(p2, null);
    }
  }

  @Test
  void theFirstEventOfThatTimeOrLaterIsFoundWhateverTheOrder() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Order order = Order.values()[random.nextInt(Order.values().length)];
      Path path = folder.resolve("store" + seed);
      try (Store store = Store.open(path, StoreSettings.defaults());
          LogWriter writer = store.openWriter(LOG, SMALL, "test")) {
        List<Event> events = new ArrayList<>();
        // Several times, so that the end of the log is sealed, open, and both.
        for (int round = 0; round < 3; round++) {
          for (int i = random.nextInt(300); i > 0; i--) {
            events.add(append(writer, random, order, "k" + random.nextInt(20)));
          }
          writer.sync();
          compare(path, events, random, "seed " + seed + ", " + order);
        }
      }
    }
  }

  @Test
  void whatCompactionTookIsNotFound() {
    LogSettings compacted = SMALL.withCompaction(Compaction.ON.withDirtyRatioMin(0));
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      Order order = Order.values()[(int) seed];
      Path path = folder.resolve("store" + seed);
      try (Store store = Store.open(path, StoreSettings.defaults().withMaintenanceMs(5));
          LogWriter writer = store.openWriter(LOG, compacted, "test")) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
          events.add(append(writer, random, order, "k" + random.nextInt(20)));
        }
        writer.sync();
        // All that is sealed by then is clean, and nothing is compacted while it is compared.
        await()
            .atMost(LIMIT)
            .until(() -> store.stats(LOG).dirtySegments() == 0 && store.stats(LOG).events() < 300);
        TreeSet<Long> left = new TreeSet<>();
        try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
          while (reader.next()) {
            left.add(reader.event().offset());
          }
        }
        events.removeIf(event -> !left.contains(event.offset()));

        compare(path, events, random, "seed " + seed + ", " + order);
      }
    }
  }

  private static Event append(LogWriter writer, Random random, Order order, String key) {
    // Offsets that the topic had for markers, or for events that its own compaction took.
    long offset = writer.nextOffset() + (random.nextInt(4) == 0 ? random.nextInt(5) : 0);
    long step = 10 * offset;
    long timeMs =
        switch (order) {
          case RISING -> step;
          case NEARLY_RISING -> step + random.nextInt(500);
          case FALLING -> 1_000_000 - step;
          case RANDOM -> random.nextInt(5000);
          case ALL_THE_SAME -> 5000;
        };
    Event event = Event.of(offset, timeMs, StoreFixture.bytes(key), new byte[random.nextInt(100)]);
    writer.append(event);
    return event;
  }

  /** Asks for times at, right before and right behind those of events, and for any others. */
  private static void compare(Path path, List<Event> events, Random random, String which) {
    TreeSet<Long> times = new TreeSet<>(List.of(0L, Long.MAX_VALUE, 5001L));
    for (int i = 0; i < 100 && !events.isEmpty(); i++) {
      long time = events.get(random.nextInt(events.size())).timestampMs();
      times.add(Math.max(0, time - 1 + random.nextInt(3)));
      times.add((long) random.nextInt(20_000));
    }
    long last = events.stream().mapToLong(Event::timestampMs).max().orElse(0);
    times.addAll(List.of(last, last + 1));
    Map<Long, @Nullable OffsetAndTimestamp> expected = new TreeMap<>();
    Map<Long, @Nullable OffsetAndTimestamp> found = new TreeMap<>();
    try (VarveConsumer<String, String> consumer =
        new VarveConsumer<>(
            new HashMap<>(Map.of("varve.store.path", path.toString())),
            new StringDeserializer(),
            new StringDeserializer())) {
      for (long time : times) {
        expected.put(time, first(events, time));
        Map<TopicPartition, OffsetAndTimestamp> answer = consumer.offsetsForTimes(Map.of(P0, time));
        assertThat(answer).as("%s, time %d", which, time).containsOnlyKeys(P0);
        found.put(time, answer.get(P0));
      }
    }

    assertThat(found).as(which).isEqualTo(expected);
    assertThat(found.get(last + 1)).as(which).isNull();
  }

  private static @Nullable OffsetAndTimestamp first(List<Event> events, long time) {
    for (Event event : events) {
      if (event.timestampMs() >= time) {
        return new OffsetAndTimestamp(event.offset(), event.timestampMs());
      }
    }
    return null;
  }
}
