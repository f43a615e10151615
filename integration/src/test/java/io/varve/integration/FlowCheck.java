package io.varve.integration;

import io.varve.Store;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Checks that a topic or a stream holds every numbered event once, in order. Prints what it finds.
 *
 * <p>Thread: immutable.
 */
final class FlowCheck {
  private final NumberedEvents events;
  private final int partitions;
  private final int count;

  /**
   * @param count of all partitions together
   */
  FlowCheck(NumberedEvents events, int partitions, int count) {
    this.events = events;
    this.partitions = partitions;
    this.count = count;
  }

  /** What the verdicts are when nothing is wrong. */
  List<String> flawless() {
    return IntStream.range(0, partitions)
        .mapToObj(partition -> NumberTally.flawless(partition, count / partitions))
        .toList();
  }

  List<String> topic(String bootstrap, String topic) {
    SortedMap<Integer, NumberTally> tallies = tallies();
    TopicEvents.forEach(
        bootstrap,
        topic,
        record ->
            tallies
                .get(record.partition())
                .add(
                    record.headers().lastHeader(NumberedEvents.HEADER).value(),
                    record.timestamp(),
                    record.key(),
                    record.value()));
    return verdicts("topic " + topic, tallies);
  }

  List<String> store(Path path, String stream) {
    SortedMap<Integer, NumberTally> tallies = tallies();
    try (Store store = Store.openReadOnly(path)) {
      tallies.forEach(
          (partition, tally) ->
              StoreEvents.forEach(
                  store,
                  new StreamPartition(stream, 1, partition),
                  event ->
                      tally.add(
                          event.headers().value(0),
                          event.timestampMs(),
                          event.key(),
                          event.value())));
    }
    return verdicts("store", tallies);
  }

  private SortedMap<Integer, NumberTally> tallies() {
    SortedMap<Integer, NumberTally> tallies = new TreeMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      tallies.put(partition, new NumberTally(partition, events));
    }
    return tallies;
  }

  private List<String> verdicts(String what, SortedMap<Integer, NumberTally> tallies) {
    List<String> verdicts =
        tallies.values().stream().map(tally -> tally.verdict(count / partitions)).toList();
    verdicts.forEach(verdict -> System.out.printf("%s, %s%n", what, verdict));
    return verdicts;
  }
}
