package io.varve.cli;

import io.varve.Store;
import io.varve.SubscriptionStatus;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve subscriptions}. */
@CommandLine.Command(
    name = "subscriptions",
    header = "Lists the named subscriptions of a store, and how far they are.",
    footer = {
      "",
      "Columns:",
      "  SUBSCRIPTION  its name",
      "  STREAM        what it reads",
      "  GENERATION    which life of the topic",
      "  PARTITIONS    how many it knows (with --partitions PARTITION: which)",
      "  CURSOR        all events with lower offsets are acknowledged (the lowest of all partitions)",
      "  BACKLOG       offsets that are not acknowledged; those of gaps count too",
      "  RETRIES       events whose delivery has failed, and that will be tried again",
      "  OLDEST        the timestamp of the event at the cursor (the earliest of all partitions)",
      "  CONSUMER      which process has it open, if one has",
      "",
      "What a subscription in use acknowledges is here when it has written it, some tenths of a second later.",
      "",
      "Examples:",
      "  ./varve subscriptions /var/lib/varve",
      "  ./varve subscriptions /var/lib/varve --partitions",
      "  ./varve subscriptions /var/lib/varve --json | jq '.[] | select(.backlog > 1000).subscription'",
      "",
      "Exit codes: 0 fine; 2 wrong usage or no store; 3 it could not be read."
    })
final class SubscriptionsCommand extends Command {

  @Parameters(paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--partitions", description = "A line for each partition.")
  private boolean byPartition;

  @Mixin private final TableOutput output = new TableOutput();

  @Override
  public Integer call() {
    try (Store store = Store.openReadOnly(path)) {
      Table table =
          new Table(
              new Column("subscription", Kind.TEXT),
              new Column("stream", Kind.TEXT),
              new Column("generation", Kind.COUNT),
              new Column(byPartition ? "partition" : "partitions", Kind.COUNT),
              new Column("cursor", Kind.COUNT),
              new Column("backlog", Kind.COUNT),
              new Column("retries", Kind.COUNT),
              new Column("oldest", Kind.TIME),
              new Column("consumer", Kind.TEXT));
      for (SubscriptionStatus subscription : store.subscriptions()) {
        for (List<SubscriptionStatus.LogPlace> group : groups(subscription.logs())) {
          add(table, subscription, group);
        }
      }
      output.print(table, out());
      return ExitCode.FINE;
    }
  }

  /** What goes into one line each. */
  private Iterable<List<SubscriptionStatus.LogPlace>> groups(
      List<SubscriptionStatus.LogPlace> places) {
    Map<StreamPartition, List<SubscriptionStatus.LogPlace>> groups = new LinkedHashMap<>();
    for (SubscriptionStatus.LogPlace place : places) {
      StreamPartition log = place.log();
      StreamPartition of =
          byPartition ? log : new StreamPartition(log.stream(), log.generation(), 0);
      groups.computeIfAbsent(of, each -> new ArrayList<>()).add(place);
    }
    return groups.values();
  }

  private void add(
      Table table, SubscriptionStatus subscription, List<SubscriptionStatus.LogPlace> places) {
    long cursor = Long.MAX_VALUE;
    long backlog = 0;
    long retries = 0;
    long oldestMs = Long.MAX_VALUE;
    for (SubscriptionStatus.LogPlace place : places) {
      cursor = Math.min(cursor, place.cursor());
      backlog += place.backlog();
      retries += place.retries();
      if (place.cursorTimestampMs() >= 0) {
        oldestMs = Math.min(oldestMs, place.cursorTimestampMs());
      }
    }
    StreamPartition first = places.get(0).log();
    table.add(
        subscription.name(),
        first.stream(),
        first.generation(),
        byPartition ? first.partition() : places.size(),
        cursor,
        backlog,
        retries,
        oldestMs == Long.MAX_VALUE ? null : oldestMs,
        subscription.holder() == null ? null : subscription.holder().toString());
  }
}
