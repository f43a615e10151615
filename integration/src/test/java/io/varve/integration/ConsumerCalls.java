package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Random calls on a pair of consumers: one seed, one sequence. */
final class ConsumerCalls {

  private static final int CALLS_MAX = 25;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final ConsumerTopics topics;
  private final ConsumerPair pair;
  private final Random random;
  private final List<TopicPartition> all;

  ConsumerCalls(ConsumerTopics topics, ConsumerPair pair, long seed) {
    this.topics = topics;
    this.pair = pair;
    this.random = new Random(seed);
    this.all = topics.partitions();
  }

  /** A sequence, which begins with an assignment and leaves none. */
  void run() {
    if (random.nextInt(10) == 0) {
      subscribe();
    } else {
      assign();
    }
    for (int left = 5 + random.nextInt(CALLS_MAX - 5); left > 0; left--) {
      if (pair.assignment().isEmpty()) {
        unassigned();
        assign();
      } else {
        call();
      }
    }
    pair.unsubscribe();
  }

  private void call() {
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4 -> pair.poll();
      case 5, 6, 7 -> seek();
      case 8 -> seekToBeginning();
      case 9 -> seekToEnd();
      case 10 -> pauseOrResume();
      case 11 -> pair.samePositions();
      case 12, 13 -> commit();
      case 14 -> committed();
      case 15 -> offsetsForTimes();
      case 16 -> offsetsOfPartitions();
      case 17 -> wakeup();
      case 18, 19 -> illegal();
      case 20 -> pair.leaveRange(assigned());
      case 21 -> look();
      case 22 -> lag();
      default -> assignAgain();
    }
  }

  private TopicPartition any() {
    return all.get(random.nextInt(all.size()));
  }

  private List<TopicPartition> some() {
    List<TopicPartition> some = new ArrayList<>(all);
    Collections.shuffle(some, random);
    return some.subList(0, 1 + random.nextInt(4));
  }

  private TopicPartition assigned() {
    List<TopicPartition> assigned = someAssigned();
    return assigned.get(0);
  }

  /** Some that are assigned, at least one. */
  private List<TopicPartition> someAssigned() {
    List<TopicPartition> assigned = new ArrayList<>(all);
    assigned.retainAll(pair.assignment());
    Collections.shuffle(assigned, random);
    return assigned.subList(0, 1 + random.nextInt(assigned.size()));
  }

  private void assign() {
    List<TopicPartition> some = some();
    pair.sameDone("assign " + some, consumer -> consumer.assign(some));
    pair.same("assignment", consumer -> ConsumerPair.sorted(consumer.assignment()));
  }

  private void assignAgain() {
    switch (random.nextInt(4)) {
      case 0 -> pair.sameDone("assign nothing", consumer -> consumer.assign(List.of()));
      case 1 -> pair.sameDone("unsubscribe", Consumer::unsubscribe);
      default -> assign();
    }
  }

  private void subscribe() {
    if (random.nextBoolean()) {
      List<String> names = new ArrayList<>(ConsumerTopics.ALL);
      Collections.shuffle(names, random);
      List<String> some = names.subList(0, 1 + random.nextInt(3));
      pair.subscribe(
          "subscribe " + some, (consumer, listener) -> consumer.subscribe(some, listener));
    } else {
      Pattern pattern = Pattern.compile(random.nextBoolean() ? "p.*|s.*" : "(app|comp|tr).*");
      pair.subscribe(
          "subscribe to " + pattern, (consumer, listener) -> consumer.subscribe(pattern, listener));
    }
  }

  private void unassigned() {
    pair.same("poll unassigned", consumer -> consumer.poll(Duration.ZERO));
    pair.same(
        "commit nothing",
        consumer -> {
          consumer.commitSync();
          return "done";
        });
  }

  private void seek() {
    TopicPartition partition = assigned();
    List<ConsumerRecord<byte[], byte[]>> events = topics.events(partition);
    long first = events.get(0).offset();
    long end = events.get(events.size() - 1).offset() + 1;
    long offset = first + (long) (random.nextDouble() * (end - first + 1));
    if (random.nextBoolean()) {
      pair.sameDone("seek " + partition + " " + offset, c -> c.seek(partition, offset));
    } else {
      pair.sameDone(
          "seek with metadata " + partition + " " + offset,
          c -> c.seek(partition, new OffsetAndMetadata(offset, "m")));
    }
    pair.same("position", c -> c.position(partition, LIMIT));
  }

  private void seekToBeginning() {
    List<TopicPartition> some = random.nextInt(4) == 0 ? List.of() : someAssigned();
    pair.sameDone("seekToBeginning " + some, c -> c.seekToBeginning(some));
    pair.samePositions();
  }

  private void seekToEnd() {
    List<TopicPartition> some = random.nextInt(4) == 0 ? List.of() : someAssigned();
    pair.sameDone("seekToEnd " + some, c -> c.seekToEnd(some));
    pair.samePositions();
  }

  private void pauseOrResume() {
    List<TopicPartition> some = someAssigned();
    if (random.nextBoolean()) {
      pair.sameDone("pause " + some, c -> c.pause(some));
    } else {
      pair.sameDone("resume " + some, c -> c.resume(some));
    }
    pair.same("paused", c -> ConsumerPair.sorted(c.paused()));
  }

  private void commit() {
    if (!pair.samePositions()) {
      return;
    }
    TopicPartition partition = assigned();
    OffsetAndMetadata offset = offsetOf(partition);
    switch (random.nextInt(4)) {
      case 0 -> pair.sameDone("commitSync", c -> c.commitSync(LIMIT));
      case 1 ->
          pair.sameDone(
              "commitSync " + partition + " " + offset,
              c -> c.commitSync(Map.of(partition, offset), LIMIT));
      case 2 -> {
        TopicPartition other = any();
        OffsetAndMetadata otherOffset = offsetOf(other);
        pair.sameDone(
            "commitSync of any " + other + " " + otherOffset,
            c -> c.commitSync(Map.of(other, otherOffset), LIMIT));
      }
      default -> {
        List<String> told = new ArrayList<>();
        pair.same(
            "commitAsync " + partition + " " + offset,
            c -> {
              told.clear();
              c.commitAsync(
                  Map.of(partition, offset),
                  (offsets, failure) -> told.add(offsets + " " + failure));
              // Kafka's is told when the answer is there, at the latest with the next commit.
              c.commitSync(Map.of(partition, offset), LIMIT);
              return told;
            });
      }
    }
    committed();
  }

  private OffsetAndMetadata offsetOf(TopicPartition partition) {
    List<ConsumerRecord<byte[], byte[]>> events = topics.events(partition);
    return new OffsetAndMetadata(
        events.get(random.nextInt(events.size())).offset(), "by " + random.nextInt(100));
  }

  private void committed() {
    pair.same(
        "committed",
        c ->
            ConsumerPair.shown(
                c.committed(new HashSet<>(all), LIMIT),
                (partition, offset) ->
                    pair.index(partition, offset.offset()) + " '" + offset.metadata() + "'"));
  }

  private void offsetsForTimes() {
    Map<TopicPartition, Long> times = new HashMap<>();
    for (TopicPartition partition : some()) {
      List<ConsumerRecord<byte[], byte[]>> events = topics.events(partition);
      long time = events.get(random.nextInt(events.size())).timestamp();
      times.put(partition, Math.max(0, time - 1 + random.nextInt(3)));
    }
    if (random.nextInt(10) == 0) {
      times.replaceAll((partition, time) -> Long.MAX_VALUE);
    }
    pair.same(
        "offsetsForTimes " + times,
        c ->
            ConsumerPair.shown(
                c.offsetsForTimes(times, LIMIT),
                (partition, found) ->
                    c == pair.varve()
                        ? found.offset() + " " + found.timestamp()
                        : firstEvent(partition, found, times.get(partition))));
  }

  /**
   * The first event that Kafka's answer means: a broker may answer with the marker of a transaction
   * or an event that was taken back, before it. The archive has neither, and is taken at its word.
   */
  private Object firstEvent(TopicPartition partition, OffsetAndTimestamp found, long time) {
    for (ConsumerRecord<byte[], byte[]> event : topics.events(partition)) {
      if (event.offset() >= found.offset() && event.timestamp() >= time) {
        return event.offset() + " " + event.timestamp();
      }
    }
    return "null";
  }

  private void offsetsOfPartitions() {
    List<TopicPartition> some = some();
    pair.same(
        "beginningOffsets " + some,
        c -> ConsumerPair.shown(c.beginningOffsets(some, LIMIT), pair::index));
    pair.same(
        "endOffsets " + some, c -> ConsumerPair.shown(c.endOffsets(some, LIMIT), pair::index));
  }

  private void wakeup() {
    pair.sameDone("wakeup", Consumer::wakeup);
    TopicPartition partition = assigned();
    switch (random.nextInt(5)) {
      case 0 -> {
        pair.same("committed", c -> c.committed(new HashSet<>(all), LIMIT));
        // Kafka's keeps the answer to the call that was broken off, for the next one that is equal.
        committed();
      }
      case 1 -> pair.same("endOffsets", c -> c.endOffsets(List.of(partition), LIMIT));
      case 2 -> {
        Map<TopicPartition, OffsetAndMetadata> offsets =
            Map.of(partition, new OffsetAndMetadata(topics.events(partition).get(0).offset(), "w"));
        pair.sameDone("commitSync", c -> c.commitSync(offsets, LIMIT));
        // Kafka's commit may be on its way all the same.
        pair.sameDone("commitSync again", c -> c.commitSync(offsets, LIMIT));
      }
      case 3 -> pair.same("listTopics", c -> c.listTopics(LIMIT).containsKey("plain"));
      default -> pair.same("poll", c -> c.poll(Duration.ofSeconds(5)).count());
    }
  }

  private void illegal() {
    TopicPartition other = new TopicPartition("plain", 77);
    TopicPartition partition = assigned();
    switch (random.nextInt(13)) {
      case 0 -> pair.sameDone("seek unassigned", c -> c.seek(other, 1));
      case 1 -> pair.sameDone("seek negative", c -> c.seek(partition, -1));
      case 2 -> pair.sameDone("pause unassigned", c -> c.pause(List.of(other)));
      case 3 -> pair.same("position unassigned", c -> c.position(other));
      case 4 -> pair.sameDone("assign null", c -> c.assign(null));
      case 5 -> pair.sameDone("seekToEnd unassigned", c -> c.seekToEnd(List.of(other)));
      case 6 -> pair.sameDone("subscribe null", c -> c.subscribe((List<String>) null));
      case 7 -> pair.same("lag unassigned", c -> c.currentLag(other));
      case 8 -> pair.same("times negative", c -> c.offsetsForTimes(Map.of(partition, -1L)));
      case 9 -> pair.sameDone("poll negative", c -> c.poll(Duration.ofMillis(-1)));
      case 10 -> pair.sameDone("resume unassigned", c -> c.resume(List.of(other)));
      case 11 ->
          pair.same(
              "endOffsets of none",
              c -> c.endOffsets(List.of(other), Duration.ofMillis(100)).toString());
      default -> {
        boolean byHand = pair.kafka().subscription().isEmpty();
        if (byHand) {
          pair.sameDone("subscribe besides", c -> c.subscribe(List.of("plain")));
        } else {
          pair.sameDone("assign besides", c -> c.assign(List.of(partition)));
        }
      }
    }
  }

  private void look() {
    String topic = ConsumerTopics.ALL.get(random.nextInt(ConsumerTopics.ALL.size()));
    pair.same(
        "partitionsFor " + topic,
        c -> c.partitionsFor(topic, LIMIT).stream().map(p -> p.partition()).sorted().toList());
    pair.same(
        "listTopics",
        c -> {
          Map<String, Integer> sizes = new TreeMap<>();
          c.listTopics(LIMIT)
              .forEach(
                  (name, partitions) -> {
                    if (ConsumerTopics.ALL.contains(name)) {
                      sizes.put(name, partitions.size());
                    }
                  });
          return sizes;
        });
    pair.same("group", c -> c.groupMetadata().groupId());
    pair.same("partitionsFor none", c -> c.partitionsFor("nothing-here", LIMIT));
  }

  private void lag() {
    if (!pair.samePositions()) {
      return;
    }
    TopicPartition partition = assigned();
    // Kafka's counts from what it last fetched, markers too; so only the archive's is looked at.
    long lag = pair.varve().currentLag(partition).orElseThrow();
    long end = pair.varve().endOffsets(List.of(partition)).get(partition);
    assertThat(lag).isEqualTo(Math.max(0, end - pair.varve().position(partition)));
  }
}
