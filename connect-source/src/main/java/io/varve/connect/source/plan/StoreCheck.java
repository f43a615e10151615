package io.varve.connect.source.plan;

import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.connect.source.config.GenerationChoice;
import io.varve.connect.source.config.Mode;
import io.varve.connect.source.config.SourceConfigDef;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.config.SourceSettings.Conflict;
import io.varve.connect.source.config.StreamSelection;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/** Checks settings against the store that they name, and changes nothing there. */
public final class StoreCheck {

  private static final int NAMES_SHOWN_MAX = 20;

  private StoreCheck() {}

  /**
   * What doesn't fit; none if all does.
   *
   * @param topicPartitions how many partitions the worker gives topics that it makes, -1 if not
   *     known
   */
  public static List<Conflict> find(SourceSettings settings, int topicPartitions) {
    try (Store store = Store.openReadOnly(settings.storePath())) {
      List<Conflict> problems =
          settings.mode() == Mode.REPLAY ? streamProblems(store, settings) : new ArrayList<>();
      if (settings.mode() == Mode.SCHEDULED && !Files.isWritable(settings.storePath())) {
        problems.add(
            new Conflict(
                SourceConfigDef.STORE_PATH,
                "with mode=scheduled the worker's user must be able to write to "
                    + settings.storePath()
                    + ": what is due is written to ready logs there"));
      }
      if (settings.keepPartition() && topicPartitions > 0) {
        partitionProblems(store, settings, topicPartitions, problems);
      }
      return problems;
    } catch (VarveException e) {
      return List.of(new Conflict(SourceConfigDef.STORE_PATH, String.valueOf(e.getMessage())));
    }
  }

  private static List<Conflict> streamProblems(Store store, SourceSettings settings) {
    List<Conflict> problems = new ArrayList<>();
    SortedSet<String> streams = store.streams();
    StreamSelection selection = settings.streams();
    List<String> missing = selection.missing(streams);
    if (!missing.isEmpty()) {
      problems.add(
          new Conflict(
              SourceConfigDef.STREAMS,
              "the store has no stream "
                  + String.join(", ", missing)
                  + "; "
                  + has(streams)
                  + ". To wait for streams to come, use mode=tail"));
    } else if (selection.select(streams).isEmpty()) {
      problems.add(
          new Conflict(
              SourceConfigDef.STREAMS,
              "the regular expression "
                  + selection
                  + " matches no stream; "
                  + has(streams)
                  + ". To wait for streams to come, use mode=tail"));
    } else if (settings.generation().kind() == GenerationChoice.Kind.NUMBER) {
      int number = settings.generation().number();
      List<String> without = Catalogue.of(store, selection).without(number);
      if (!without.isEmpty()) {
        problems.add(
            new Conflict(
                SourceConfigDef.GENERATION,
                "there is no generation " + number + " of " + String.join(", ", without)));
      }
    }
    return problems;
  }

  /** A producer would wait for ever for a partition that the topic doesn't have. */
  private static void partitionProblems(
      Store store, SourceSettings settings, int topicPartitions, List<Conflict> problems) {
    for (PartitionGenerations each : Catalogue.of(store, settings.streams()).newest()) {
      if (each.partition() >= topicPartitions) {
        problems.add(
            new Conflict(
                SourceConfigDef.KEEP_PARTITION,
                "stream "
                    + each.stream()
                    + " has a partition "
                    + each.partition()
                    + ", but the worker makes topics with topic.creation.default.partitions="
                    + topicPartitions
                    + "; set that to "
                    + (each.partition() + 1)
                    + " or more, or keep.partition=false"));
        return;
      }
    }
  }

  private static String has(SortedSet<String> streams) {
    if (streams.isEmpty()) {
      return "it has none yet";
    }
    List<String> shown = streams.stream().limit(NAMES_SHOWN_MAX).toList();
    return "it has "
        + String.join(", ", shown)
        + (streams.size() > shown.size()
            ? " and " + (streams.size() - shown.size()) + " more"
            : "");
  }
}
