package io.varve.cli;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.event.StreamPartition;
import io.varve.format.Loss;
import io.varve.format.SegmentEntry;
import io.varve.repair.RepairPlan;
import io.varve.repair.RepairPlan.LogDamage;
import io.varve.repair.RepairPlan.SegmentDamage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve repair}. */
@CommandLine.Command(
    name = "repair",
    header = "Tells what can be kept of damaged logs, and keeps that.",
    description = {
      "",
      "For damage that no backup helps with: varve restore loses less. Without --apply it reads the"
          + " whole store, tells what would be lost, and changes nothing. With --apply, events that"
          + " can't be read are given up, all others stay, and damaged files are kept in a folder"
          + " 'damaged' of their log, with a record of what was lost. Nobody may write the damaged"
          + " logs meanwhile."
    },
    footer = {
      "",
      "With --json, an object for each damaged file:",
      "  stream, generation, partition   the log",
      "  file      its name; null if the log is beyond repair",
      "  found     what is wrong with it",
      "  repair    written anew or made anew, if --apply is given; none if the log is beyond repair",
      "  kept      events of a segment that can be read",
      "  lost      events that can't; null if that is not known",
      "  offsets   among which they had theirs: arrays of first and last",
      "",
      "Examples:",
      "  ./varve repair /var/lib/varve",
      "  ./varve repair /var/lib/varve --apply",
      "  ./varve repair /var/lib/varve --json | jq 'map(.lost) | add'",
      "",
      "Exit codes: 0 nothing is damaged, or it is repaired; 1 something is damaged and, without"
          + " --apply, left so, or is beyond repair; 2 wrong usage or no store; 3 it could not be"
          + " done, for one because a writer has a damaged log open."
    })
final class RepairCommand extends Command {

  @Parameters(paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--apply", description = "Repair what can be repaired.")
  private boolean apply;

  @Option(names = "--json", description = "Print JSON: an array with an object for each file.")
  private boolean json;

  @Override
  public Integer call() {
    RepairPlan plan;
    try (Store store = Store.openReadOnly(path)) {
      plan = store.planRepair();
    }
    boolean toDo = plan.logs().stream().anyMatch(log -> log.beyondRepair() == null);
    if (apply && toDo) {
      try (Store store = Store.open(path, StoreSettings.defaults())) {
        store.repair(plan);
      }
    }
    if (json) {
      out().println(table(plan).toJson().toPrettyString());
    } else {
      plan.logs().forEach(this::print);
      out().println(verdict(plan, toDo));
    }
    out().flush();
    boolean beyondRepair = plan.logs().stream().anyMatch(log -> log.beyondRepair() != null);
    return beyondRepair || (toDo && !apply) ? ExitCode.PROBLEMS : ExitCode.FINE;
  }

  private String verdict(RepairPlan plan, boolean toDo) {
    if (plan.isSound()) {
      return "nothing is damaged";
    }
    if (!toDo) {
      return "nothing else is damaged";
    }
    String events = plan.eventsLost() == 1 ? "1 event" : Show.count(plan.eventsLost()) + " events";
    return apply ? "repaired; " + events + " lost" : events + " would be lost; --apply repairs";
  }

  private Table table(RepairPlan plan) {
    Table table =
        new Table(
            new Column("stream", Kind.TEXT),
            new Column("generation", Kind.COUNT),
            new Column("partition", Kind.COUNT),
            new Column("file", Kind.TEXT),
            new Column("found", Kind.TEXT),
            new Column("repair", Kind.TEXT),
            new Column("kept", Kind.COUNT),
            new Column("lost", Kind.COUNT),
            new Column("offsets", Kind.TEXT));
    for (LogDamage damage : plan.logs()) {
      if (damage.beyondRepair() != null) {
        add(table, damage, null, damage.beyondRepair(), "none", null, null);
      }
      boolean counted = damage.commitFile() == null;
      if (!counted) {
        add(table, damage, damage.commitFile(), "damaged or missing", "made anew", null, null);
      }
      for (SegmentDamage segment : damage.segments()) {
        String file = segment.segment().fileName();
        Loss loss = segment.open() && !counted ? null : segment.loss();
        add(table, damage, file, segment.found(), "written anew", segment.eventsKept(), loss);
      }
      for (SegmentEntry segment : damage.indexes()) {
        add(
            table,
            damage,
            segment.indexName(),
            "damaged or missing",
            "made anew",
            null,
            new Loss(segment.fileName(), 0, List.of()));
      }
    }
    return table;
  }

  /**
   * Adds a row.
   *
   * @param loss what is lost, or null if that can't be known
   */
  private static void add(
      Table table,
      LogDamage damage,
      @Nullable String file,
      String found,
      String repair,
      @Nullable Long kept,
      @Nullable Loss loss) {
    StreamPartition log = damage.log();
    table.add(
        log.stream(),
        log.generation(),
        log.partition(),
        file,
        found,
        repair,
        kept,
        loss == null ? null : loss.events(),
        loss == null
            ? null
            : loss.ranges().stream().map(range -> List.of(range.from(), range.to() - 1)).toList());
  }

  private void print(LogDamage damage) {
    out().println(damage.log() + ":");
    if (damage.beyondRepair() != null) {
      out().println("  beyond repair: " + damage.beyondRepair());
      out()
          .println(
              "    varve restore brings the log back from a backup. Without one, move the log's"
                  + " folder out of the store and keep it: who writes the log then begins it anew,"
                  + " and varve inspect tells what is in each segment.");
    }
    if (damage.commitFile() != null) {
      out().println("  " + damage.commitFile() + " is damaged: what is lost can't be known");
    }
    for (SegmentDamage segment : damage.segments()) {
      out().println("  " + segment.segment().fileName() + ": " + segment.found());
      String kept =
          segment.eventsKept() == 1 ? "1 event" : Show.count(segment.eventsKept()) + " events";
      out().println("    kept " + kept + ", lost " + segment.loss().inWords());
    }
    damage
        .indexes()
        .forEach(segment -> out().println("  " + segment.indexName() + ": made anew, no loss"));
  }
}
