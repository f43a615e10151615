package io.varve.cli;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.format.Loss;
import io.varve.repair.RepairPlan;
import io.varve.repair.RepairPlan.LogDamage;
import io.varve.repair.RepairPlan.SegmentDamage;
import java.nio.file.Path;
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
      "Examples:",
      "  ./varve repair /var/lib/varve",
      "  ./varve repair /var/lib/varve --apply",
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

  @Override
  public Integer call() {
    RepairPlan plan;
    try (Store store = Store.openReadOnly(path)) {
      plan = store.planRepair();
    }
    plan.logs().forEach(this::print);
    if (plan.isSound()) {
      out().println("nothing is damaged");
    } else if (apply) {
      try (Store store = Store.open(path, StoreSettings.defaults())) {
        store.repair(plan);
      }
      out().println("repaired; " + lost(plan.eventsLost()) + " lost");
    } else {
      out().println(lost(plan.eventsLost()) + " would be lost; --apply repairs");
    }
    out().flush();
    boolean beyondRepair = plan.logs().stream().anyMatch(log -> log.beyondRepair() != null);
    boolean leftDamaged = !plan.isSound() && !apply;
    return beyondRepair || leftDamaged ? ExitCode.PROBLEMS : ExitCode.FINE;
  }

  private static String lost(long events) {
    return events == 1 ? "1 event" : Show.count(events) + " events";
  }

  private void print(LogDamage damage) {
    out().println(damage.log() + ":");
    if (damage.beyondRepair() != null) {
      out().println("  beyond repair: " + damage.beyondRepair());
    }
    if (damage.commitFile() != null) {
      out().println("  " + damage.commitFile() + " is damaged: what is lost can't be known");
    }
    for (SegmentDamage segment : damage.segments()) {
      out().println("  " + segment.segment().fileName() + ": " + segment.found());
      out()
          .println(
              "    " + Show.count(segment.eventsKept()) + " events kept, " + lost(segment.loss()));
    }
    damage
        .indexes()
        .forEach(segment -> out().println("  " + segment.indexName() + ": made anew, no loss"));
  }

  private static String lost(Loss loss) {
    StringBuilder text = new StringBuilder(lost(loss.events())).append(" lost");
    for (Loss.Range range : loss.ranges()) {
      text.append(", offsets ").append(range.from()).append(" to ").append(range.to() - 1);
    }
    return text.toString();
  }
}
