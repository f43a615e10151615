package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.connect.source.SourceRecord;

/** Any range of any store, interrupted anywhere, against a plain filter of the events. */
class ReplayProperties {

  private record Stored(int partition, long offset, long timestampMs) {}

  @Property(tries = 25, shrinking = ShrinkingMode.OFF)
  void aReplayGivesTheEventsOfItsRangeInOrderAndOnceHoweverItIsInterrupted(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int partitions,
      @ForAll @IntRange(min = 1, max = 7) int pollEventsMax)
      throws Exception {
    Random random = new Random(seed);
    Path folder = Files.createTempDirectory("varve-replay");
    try (Archive archive = new Archive(folder.resolve("store"))) {
      List<Stored> events = fill(archive, partitions, random);
      Map<String, String> props = new HashMap<>();
      props.put("store.path", archive.path().toString());
      props.put("streams", "s");
      props.put("poll.events.max", Integer.toString(pollEventsMax));
      if (random.nextInt(3) == 0) {
        props.put("speed", "1000");
      }
      List<Stored> expected = bound(props, events, random);
      assertThat(replay(props, random)).isEqualTo(byPartition(expected));
    } finally {
      delete(folder);
    }
  }

  private static List<Stored> fill(Archive archive, int partitions, Random random) {
    List<Stored> events = new ArrayList<>();
    LogSettings settings = LogSettings.defaults().withBatchBytes(1024).withSegmentBytes(4096);
    for (int partition = 0; partition < partitions; partition++) {
      StreamPartition log = new StreamPartition("s", 1, partition);
      try (LogWriter writer = archive.store().openWriter(log, settings, "test")) {
        long offset = random.nextInt(10);
        int count = random.nextInt(120);
        for (int i = 0; i < count; i++) {
          long timestampMs = i * 10L + random.nextInt(200);
          writer.append(Archive.event(offset, timestampMs));
          events.add(new Stored(partition, offset, timestampMs));
          offset += random.nextInt(8) == 0 ? 1 + random.nextInt(50) : 1;
        }
      }
    }
    return events;
  }

  /** Chooses a range, sets it, and gives the events in it. */
  private static List<Stored> bound(Map<String, String> props, List<Stored> events, Random random) {
    long startOffset = random.nextBoolean() ? random.nextInt(100) : 0;
    long endOffset = random.nextBoolean() ? startOffset + 1 + random.nextInt(200) : Long.MAX_VALUE;
    long startMs = Long.MIN_VALUE;
    long endMs = Long.MAX_VALUE;
    if (startOffset > 0) {
      props.put("start.offset", Long.toString(startOffset));
    } else if (random.nextBoolean()) {
      startMs = random.nextInt(800);
      props.put("start.time", Long.toString(startMs));
    }
    if (endOffset < Long.MAX_VALUE) {
      props.put("end.offset", Long.toString(endOffset));
    } else if (random.nextBoolean()) {
      endMs = Math.max(0, startMs) + 1 + random.nextInt(800);
      props.put("end.time", Long.toString(endMs));
    }
    long fromMs = startMs;
    long toMs = endMs;
    return events.stream()
        .filter(event -> event.offset() >= startOffset && event.offset() < endOffset)
        .filter(event -> event.timestampMs() >= fromMs && event.timestampMs() < toMs)
        .toList();
  }

  private static Map<Integer, List<Stored>> byPartition(List<Stored> events) {
    Map<Integer, List<Stored>> lists = new TreeMap<>();
    events.forEach(
        event -> lists.computeIfAbsent(event.partition(), p -> new ArrayList<>()).add(event));
    return lists;
  }

  /** Replays with restarts in between, each after some of the records that were polled. */
  private static Map<Integer, List<Stored>> replay(Map<String, String> props, Random random)
      throws InterruptedException {
    StoredOffsets offsets = new StoredOffsets();
    List<Stored> replayed = new ArrayList<>();
    boolean ended = false;
    while (!ended) {
      try (TaskRun run = TaskRun.start(props, offsets)) {
        int polls = 1 + random.nextInt(8);
        while (polls-- > 0 && !ended) {
          List<SourceRecord> records = run.task.poll();
          if (records == null) {
            ended = run.metrics.value("done-ratio").equals(1.0);
          } else {
            boolean last = polls == 0;
            List<SourceRecord> committed =
                last ? records.subList(0, random.nextInt(records.size() + 1)) : records;
            offsets.commit(committed);
            committed.forEach(record -> replayed.add(stored(record)));
          }
        }
      }
    }
    return byPartition(replayed);
  }

  private static Stored stored(SourceRecord record) {
    return new Stored(
        record.kafkaPartition(),
        (long) record.sourceOffset().get("offset") - 1,
        record.timestamp());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
