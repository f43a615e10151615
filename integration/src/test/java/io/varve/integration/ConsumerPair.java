package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.replay.VarveConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer of the topics and one of their archive, of which the same is asked. What one answers
 * or throws the other must, too.
 *
 * <p>Offsets between events are the one thing that may differ: a consumer that is done with an
 * event may stand behind the marker that follows it or before. So positions are compared by the
 * next event, and then made equal.
 */
final class ConsumerPair implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration MOMENT = Duration.ofMillis(50);

  private final ConsumerTopics topics;
  private final KafkaConsumer<byte[], byte[]> kafka;
  private final VarveConsumer<byte[], byte[]> varve;
  private final int pollRecordsMax;
  private final List<String> history = new ArrayList<>();

  /** A consumer's calls to a listener, in order. */
  private final List<List<String>> heard = List.of(new ArrayList<>(), new ArrayList<>());

  ConsumerPair(ConsumerTopics topics, Map<String, Object> settings, int pollRecordsMax) {
    this.topics = topics;
    this.pollRecordsMax = pollRecordsMax;
    Map<String, Object> all = new HashMap<>(settings);
    all.put("max.poll.records", pollRecordsMax);
    all.put("isolation.level", "read_committed");
    // A fetch that waits at the broker for more would hold up the next one after a seek.
    all.put("fetch.max.wait.ms", 10);
    all.put("bootstrap.servers", topics.bootstrap());
    all.put("allow.auto.create.topics", false);
    all.put("varve.store.path", topics.store().toString());
    history.add("settings " + new TreeMap<>(settings));
    kafka = new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    varve = new VarveConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  KafkaConsumer<byte[], byte[]> kafka() {
    return kafka;
  }

  VarveConsumer<byte[], byte[]> varve() {
    return varve;
  }

  /** Forgets what was called, when what follows doesn't depend on it. */
  void beginSequence(String name) {
    history.subList(1, history.size()).clear();
    history.add(name);
  }

  /** What was called, to be read when something differs. */
  String history() {
    return String.join("\n  ", history);
  }

  /** An answer, or the name of what was thrown instead. */
  private static Object outcome(
      Function<Consumer<byte[], byte[]>, Object> call, Consumer<byte[], byte[]> consumer) {
    try {
      return String.valueOf(call.apply(consumer));
    } catch (RuntimeException e) {
      return "threw " + e.getClass().getSimpleName();
    }
  }

  /** Asks both, and compares what they say. */
  Object same(String what, Function<Consumer<byte[], byte[]>, Object> call) {
    history.add(what);
    Object expected = outcome(call, kafka);
    Object found = outcome(call, varve);
    history.add("  -> " + expected);
    assertThat(found).as(() -> what + " after\n  " + history()).isEqualTo(expected);
    return expected;
  }

  /** The same of a call that answers nothing. */
  void sameDone(String what, java.util.function.Consumer<Consumer<byte[], byte[]>> call) {
    same(
        what,
        consumer -> {
          call.accept(consumer);
          return "done";
        });
  }

  /** The number of events of a partition below {@code offset}. */
  int index(TopicPartition partition, long offset) {
    List<ConsumerRecord<byte[], byte[]>> events = topics.events(partition);
    int low = 0;
    int high = events.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (events.get(middle).offset() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Set<TopicPartition> assignment() {
    return kafka.assignment();
  }

  /**
   * Compares the positions of all that is assigned, by the next event. If one of them has none, and
   * it isn't set where to begin, Kafka's consumer may say so of others too, until it has validated
   * theirs.
   *
   * @return whether there are positions
   */
  boolean samePositions() {
    history.add("positions");
    Map<TopicPartition, Object> expected = positions(kafka);
    Map<TopicPartition, Object> found = positions(varve);
    history.add("  -> " + expected);
    boolean all = expected.values().stream().allMatch(Integer.class::isInstance);
    assertThat(found.values().stream().allMatch(Integer.class::isInstance))
        .as(() -> "positions " + found + " after\n  " + history())
        .isEqualTo(all);
    if (all) {
      assertThat(found).as(() -> "positions after\n  " + history()).isEqualTo(expected);
    }
    return all;
  }

  private Map<TopicPartition, Object> positions(Consumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Object> positions = new HashMap<>();
    for (TopicPartition partition : kafka.assignment()) {
      try {
        positions.put(partition, index(partition, consumer.position(partition, LIMIT)));
      } catch (RuntimeException e) {
        positions.put(partition, e.getClass().getSimpleName());
      }
    }
    return positions;
  }

  /** Polls both, compares what comes with the topics, and makes positions equal. */
  void poll() {
    if (!samePositions()) {
      sameDone(
          "poll without position",
          consumer -> {
            // Kafka's throws once the broker has said that there is none.
            long end = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < end) {
              consumer.poll(MOMENT);
            }
          });
      return;
    }
    history.add("poll");
    Map<TopicPartition, Integer> from = new HashMap<>();
    boolean some = false;
    for (TopicPartition partition : kafka.assignment()) {
      int index = index(partition, kafka.position(partition));
      from.put(partition, index);
      some |= !kafka.paused().contains(partition) && index < topics.events(partition).size();
    }
    compare("Kafka's", from, kafka.paused(), some, pollUntil(kafka, some));
    compare("Varve's", from, varve.paused(), some, pollUntil(varve, some));
    for (TopicPartition partition : new HashSet<>(kafka.assignment())) {
      // They are not equally far; both are taken back to where the one behind is.
      long a = kafka.position(partition);
      long b = varve.position(partition);
      int behind = Math.min(index(partition, a), index(partition, b));
      if (index(partition, a) != index(partition, b)) {
        long offset = topics.events(partition).get(behind).offset();
        kafka.seek(partition, offset);
        varve.seek(partition, offset);
      }
    }
  }

  private static ConsumerRecords<byte[], byte[]> pollUntil(
      Consumer<byte[], byte[]> consumer, boolean some) {
    long end = System.nanoTime() + LIMIT.toNanos();
    ConsumerRecords<byte[], byte[]> records = consumer.poll(some ? MOMENT : Duration.ZERO);
    while (some && records.isEmpty() && System.nanoTime() < end) {
      records = consumer.poll(MOMENT);
    }
    return records;
  }

  private void compare(
      String whose,
      Map<TopicPartition, Integer> from,
      Set<TopicPartition> paused,
      boolean some,
      ConsumerRecords<byte[], byte[]> records) {
    history.add("  -> " + whose + " " + records.count() + " of " + records.partitions());
    String after = whose + " records after\n  " + history();
    assertThat(records.isEmpty()).as(after).isEqualTo(!some);
    assertThat(records.count()).as(after).isLessThanOrEqualTo(pollRecordsMax);
    assertThat(from.keySet()).as(after).containsAll(records.partitions());
    assertThat(records.partitions()).as(after).noneMatch(paused::contains);
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> got = records.records(partition);
      int start = from.get(partition);
      assertThat(shown(got))
          .as(after)
          .isEqualTo(shown(topics.events(partition).subList(start, start + got.size())));
      assertThat(index(partition, records.nextOffsets().get(partition).offset()))
          .as(after)
          .isEqualTo(start + got.size());
    }
  }

  private static List<String> shown(Collection<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(ConsumerPair::shown).toList();
  }

  private static String shown(ConsumerRecord<byte[], byte[]> record) {
    List<String> headers = new ArrayList<>();
    record
        .headers()
        .forEach(header -> headers.add(SeenEvent.shownHeader(header.key(), header.value())));
    return String.join(
        " ",
        record.topic(),
        record.partition() + "@" + record.offset(),
        record.timestampType() + " " + record.timestamp(),
        SeenEvent.shown(record.key()) + " (" + record.serializedKeySize() + ")",
        SeenEvent.shown(record.value()) + " (" + record.serializedValueSize() + ")",
        headers.toString());
  }

  /**
   * Seeks behind the end of one partition, while all others are paused, and polls until that has
   * led somewhere.
   */
  void leaveRange(TopicPartition partition) {
    if (!samePositions()) {
      return;
    }
    Set<TopicPartition> paused = kafka.paused();
    Set<TopicPartition> all = new HashSet<>(kafka.assignment());
    long beyond = kafka.endOffsets(List.of(partition)).get(partition) + 1000;
    sameDone("pause all", consumer -> consumer.pause(all));
    sameDone("resume " + partition, consumer -> consumer.resume(List.of(partition)));
    sameDone("seek " + partition + " beyond its end", consumer -> consumer.seek(partition, beyond));
    same("position beyond", consumer -> consumer.position(partition));
    same(
        "poll beyond",
        consumer -> {
          long end = System.nanoTime() + LIMIT.toNanos();
          ConsumerRecords<byte[], byte[]> records = ConsumerRecords.empty();
          while (records.isEmpty()
              && consumer.position(partition, LIMIT) == beyond
              && System.nanoTime() < end) {
            records = consumer.poll(MOMENT);
          }
          long start =
              records.isEmpty()
                  ? consumer.position(partition, LIMIT)
                  : records.records(partition).get(0).offset();
          consumer.seek(partition, start);
          return index(partition, start);
        });
    long safe = topics.events(partition).get(0).offset();
    sameDone("seek back", consumer -> consumer.seek(partition, safe));
    sameDone("resume all", consumer -> consumer.resume(all));
    sameDone("pause those that were", consumer -> consumer.pause(paused));
  }

  /**
   * Subscribes both with listeners that note what they hear, and polls until both have all
   * partitions. A broker may give them in pieces, as topics become known to the consumer; then what
   * listeners heard is not compared.
   */
  void subscribe(
      String what, BiConsumer<Consumer<byte[], byte[]>, ConsumerRebalanceListener> call) {
    history.add(what);
    heard.forEach(List::clear);
    call.accept(kafka, noting(heard.get(0)));
    call.accept(varve, noting(heard.get(1)));
    long end = System.nanoTime() + LIMIT.toNanos();
    while (varve.assignment().isEmpty() && System.nanoTime() < end) {
      // Without a position, and none to begin with, it throws: assigned it is by then.
      outcome(c -> c.poll(MOMENT), varve);
    }
    boolean inPieces = false;
    while (!kafka.assignment().equals(varve.assignment()) && System.nanoTime() < end) {
      inPieces |= !kafka.assignment().isEmpty();
      outcome(c -> c.poll(MOMENT), kafka);
    }
    if (inPieces) {
      heard.forEach(List::clear);
    }
    same("assignment", consumer -> sorted(consumer.assignment()));
    same("subscription", consumer -> new TreeSet<>(consumer.subscription()));
    // The polls above may have moved them on, by different numbers of records.
    if (outcome(c -> c.position(c.assignment().iterator().next(), LIMIT), kafka)
        .toString()
        .startsWith("threw")) {
      return;
    }
    for (TopicPartition partition : new HashSet<>(kafka.assignment())) {
      long offset = topics.events(partition).get(0).offset();
      kafka.seek(partition, offset);
      varve.seek(partition, offset);
    }
  }

  void unsubscribe() {
    sameDone("unsubscribe", Consumer::unsubscribe);
    same("assignment", consumer -> consumer.assignment());
    assertThat(heard.get(1)).as("told to listeners after " + history()).isEqualTo(heard.get(0));
    heard.forEach(List::clear);
  }

  private static ConsumerRebalanceListener noting(List<String> notes) {
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
          notes.add("revoked " + sorted(partitions));
        }
      }

      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        notes.add("assigned " + sorted(partitions));
      }
    };
  }

  static List<String> sorted(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::toString).sorted().toList();
  }

  /** A map of offsets by partition, in an order, as {@code shown} shows each. */
  static <T> Map<String, Object> shown(
      Map<TopicPartition, T> map, BiFunction<TopicPartition, T, Object> shown) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach(
        (partition, value) ->
            sorted.put(
                partition.toString(), value == null ? "null" : shown.apply(partition, value)));
    return sorted;
  }

  /** Closes both, and compares what a closed consumer says. */
  @Override
  public void close() {
    sameDone("close", Consumer::close);
    same("poll closed", consumer -> consumer.poll(Duration.ZERO));
    same("assignment closed", Consumer::assignment);
    sameDone("close again", Consumer::close);
  }
}
