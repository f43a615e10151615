package io.varve.replay;

import static io.varve.replay.StoreFixture.LIMIT;
import static io.varve.replay.StoreFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
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
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log that is compacted while it is read: the consumer sees what was written, in order and each
 * event at most once, and of each key the latest event; from where it seeks to, what is left there.
 */
final class CompactedWhileReadTest {

  private static final TopicPartition P0 = new TopicPartition("orders", 0);
  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final LogSettings SMALL =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);
  private static final int KEYS = 10;

  @TempDir Path folder;

  private final List<String> written = new ArrayList<>();

  @Test
  void whatIsReadIsWhatWasWrittenAndNoLatestEventIsMissing() {
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      Path path = folder.resolve("store" + seed);
      written.clear();
      try (Store store = Store.open(path, StoreSettings.defaults().withMaintenanceMs(5))) {
        try (LogWriter writer = store.openWriter(LOG, SMALL, "test")) {
          append(writer, random, 600);
        }
        int segments = store.stats(LOG).segments();
        try (VarveConsumer<String, String> consumer = consumer(path, 1 + random.nextInt(40))) {
          consumer.assign(List.of(P0));
          List<ConsumerRecord<String, String>> read = new ArrayList<>();
          for (int polls = random.nextInt(10); polls >= 0; polls--) {
            poll(consumer, read);
          }
          long stood = consumer.position(P0);
          try (LogWriter writer =
              store.openWriter(
                  LOG, SMALL.withCompaction(Compaction.ON.withDirtyRatioMin(0)), "test")) {
            awaitCompacted(store);
            assertThat(store.stats(LOG).segments()).isLessThan(segments);
            assertThat(consumer.position(P0)).isEqualTo(stood);
            // And once more, when the consumer has gone on.
            poll(consumer, read);
            append(writer, random, 300);
            awaitCompacted(store);
            while (consumer.position(P0) < written.size()) {
              poll(consumer, read);
            }

            assertAsWritten(read, 0, "seed " + seed);
            long from = random.nextInt(written.size());
            consumer.seek(P0, from);
            assertAsWritten(readToEnd(consumer), from, "seed " + seed + " from " + from);
            consumer.seekToBeginning(List.of(P0));
            List<ConsumerRecord<String, String>> left = readToEnd(consumer);
            assertAsWritten(left, 0, "seed " + seed + " again");
            assertThat(left).hasSize((int) store.stats(LOG).events());
          }
        }
      }
    }
  }

  private void append(LogWriter writer, Random random, int count) {
    for (int i = 0; i < count; i++) {
      long offset = writer.nextOffset();
      String key = "k" + random.nextInt(KEYS);
      String value = key + "@" + offset + "x".repeat(random.nextInt(60));
      assertThat(offset).isEqualTo(written.size());
      written.add(value);
      writer.append(Event.of(offset, 1000 + offset, bytes(key), bytes(value)));
    }
    writer.sync();
  }

  private static void awaitCompacted(Store store) {
    await()
        .atMost(LIMIT)
        .until(() -> store.stats(LOG).dirtySegments() == 0 && store.stats(LOG).events() < 250);
  }

  private List<ConsumerRecord<String, String>> readToEnd(VarveConsumer<String, String> consumer) {
    List<ConsumerRecord<String, String>> read = new ArrayList<>();
    while (consumer.position(P0) < written.size()) {
      poll(consumer, read);
    }
    return read;
  }

  private static void poll(
      VarveConsumer<String, String> consumer, List<ConsumerRecord<String, String>> read) {
    ConsumerRecords<String, String> records = consumer.poll(LIMIT);
    assertThat(records).isNotEmpty();
    records.forEach(read::add);
  }

  /** Each event as it was written, in order, and from {@code from} on the latest of each key. */
  private void assertAsWritten(List<ConsumerRecord<String, String>> read, long from, String which) {
    assertThat(read)
        .extracting(ConsumerRecord::offset)
        .as(which)
        .isSorted()
        .doesNotHaveDuplicates();
    for (ConsumerRecord<String, String> record : read) {
      assertThat(record.value()).as(which).isEqualTo(written.get((int) record.offset()));
      assertThat(record.value()).as(which).startsWith(record.key() + "@");
      assertThat(record.timestamp()).as(which).isEqualTo(1000 + record.offset());
    }
    Map<String, Long> latest = new HashMap<>();
    for (int offset = 0; offset < written.size(); offset++) {
      String value = written.get(offset);
      latest.put(value.substring(0, value.indexOf('@')), (long) offset);
    }
    TreeSet<Long> expected = new TreeSet<>(latest.values());
    expected.removeIf(offset -> offset < from);
    assertThat(read).extracting(ConsumerRecord::offset).as(which).containsAll(expected);
    assertThat(read).extracting(ConsumerRecord::offset).as(which).allMatch(each -> each >= from);
  }

  private static VarveConsumer<String, String> consumer(Path path, int pollRecordsMax) {
    return new VarveConsumer<>(
        new HashMap<>(
            Map.of(
                "varve.store.path",
                path.toString(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                pollRecordsMax)),
        new StringDeserializer(),
        new StringDeserializer());
  }
}
