package io.varve.examples.run;

import io.varve.examples.compare.PartitionComparison;
import io.varve.examples.compare.PlacedEvent;
import io.varve.examples.compare.Tally;
import io.varve.examples.report.RunReport.Check;
import java.util.List;

/**
 * Reads topic, archive and replays, a partition at a time, and compares them.
 *
 * <p>Thread: confined to one.
 */
final class Verdict {
  private final RunSettings settings;
  private Tally archive = Tally.EMPTY;
  private Tally slice = Tally.EMPTY;
  private Tally all = Tally.EMPTY;

  private Verdict(RunSettings settings) {
    this.settings = settings;
  }

  /** Says on the screen how far it is, as a million events take their time. */
  static List<Check> reach(RunSettings settings, String bootstrap, Archive archive, Screen screen) {
    Verdict verdict = new Verdict(settings);
    double began = screen.seconds();
    try (TopicReader topics = new TopicReader(bootstrap)) {
      for (int partition = 0; partition < RunSettings.PARTITIONS; partition++) {
        verdict.compare(partition, topics, archive);
        long done = verdict.all.expected();
        double rate = done / (screen.seconds() - began);
        screen.progress("compared", done, settings.events().events().size(), rate);
      }
    }
    return List.of(
        new Check(
            "Archive",
            "the store's own events against the topic's, offsets included",
            verdict.archive),
        new Check(
            "Slice replay",
            "topic %s against the topic's events from %s"
                .formatted(settings.sliceTopic(), settings.slice()),
            verdict.slice),
        new Check(
            "Whole replay",
            "topic %s against the whole topic".formatted(settings.allTopic()),
            verdict.all));
  }

  private void compare(int partition, TopicReader topics, Archive store) {
    List<PlacedEvent> topic = topics.read(settings.topic(), partition);
    archive = archive.plus(PartitionComparison.compare(topic, store.read(partition), true));
    all =
        all.plus(
            PartitionComparison.compare(topic, topics.read(settings.allTopic(), partition), false));
    List<PlacedEvent> inSlice =
        topic.stream()
            .filter(placed -> settings.slice().contains(placed.event().timestampMs()))
            .toList();
    slice =
        slice.plus(
            PartitionComparison.compare(
                inSlice, topics.read(settings.sliceTopic(), partition), false));
  }
}
