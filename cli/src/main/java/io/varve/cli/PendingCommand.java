package io.varve.cli;

import io.varve.PendingPage;
import io.varve.PendingRange;
import io.varve.PendingView;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.delay.Timer;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code varve pending}. */
@CommandLine.Command(
    name = "pending",
    header = "Shows delayed events that wait to be released, the ones that are due first.",
    footer = {
      "",
      "Columns:",
      "  PARTITION  of the stream",
      "  DUE        when it is released, or is released next",
      "  OFFSET     of the event; varve cat shows it",
      "  ID         its schedule id, if it has one: an event with the same id replaces it, and a"
          + " tombstone cancels it",
      "  CRON       when it is released again, if it is",
      "  KEY        the event's; - if it is not in the log any more, so that it can't be released",
      "",
      "It may be asked beside a scheduler that runs, and without one: what the scheduler has saved"
          + " is read, which it does each minute, and the log after that. Where no scheduler ever"
          + " ran that is the whole log.",
      "",
      "Examples:",
      "  ./varve pending /var/lib/varve orders",
      "  ./varve pending /var/lib/varve orders --from 2026-11-20T18:00:00Z --to 2026-11-21 --count",
      "  ./varve pending /var/lib/varve orders --id reminder-17 --json | jq -r '.[0].due'",
      "",
      "Exit codes: 0 fine; 1 a file is damaged; 2 wrong usage, no such store or stream; 3 it could"
          + " not be read; 4 --id: nothing with it is pending."
    })
final class PendingCommand extends Command {

  @Mixin private final LogChoice logs = new LogChoice();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Only what has this schedule id: a text, or bytes such as 0x00ff.")
  private @Nullable String id;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "What is due then or later: ISO-8601, such as 2026-11-20 or 2026-11-20T12:00:00Z, or"
              + " milliseconds since 1970.")
  private long fromMs = Long.MIN_VALUE;

  @Option(
      names = "--from-offset",
      paramLabel = "N",
      description =
          "Of what is due at the very time of --from only what has this offset or a higher one; to go"
              + " on where a limit was reached.")
  private long fromOffset;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "What is due earlier.")
  private long toMs = Long.MAX_VALUE;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Show so many at most, 1 to 10000. Default: 20.")
  private int limit = 20;

  @Option(names = "--count", description = "Only tell how many there are.")
  private boolean count;

  @Option(
      names = "--ready",
      paramLabel = "STREAM",
      description = "The stream to which they are released. Default: STREAM.ready.")
  private @Nullable String ready;

  @Mixin private final TableOutput output = new TableOutput();

  /** A line of the table. */
  private record Row(int partition, Timer timer, @Nullable Event event) {}

  @Override
  public Integer call() {
    PendingRange range = new PendingRange(fromMs, toMs, fromOffset, limit);
    SchedulerSettings settings = SchedulerSettings.of(logs.stream());
    if (ready != null) {
      settings = settings.withReadyStream(ready);
    }
    try (Store store = Store.openReadOnly(logs.store())) {
      List<StreamPartition> chosen = logs.in(store);
      if (count) {
        printCounts(store, chosen, settings);
        return ExitCode.FINE;
      }
      List<Row> rows = new ArrayList<>();
      boolean more = false;
      for (StreamPartition log : chosen) {
        try (PendingView view = store.openPending(log, settings)) {
          PendingPage page = page(view, range);
          more |= page.next() != null;
          Map<Long, Event> events = view.events(page.timers());
          for (Timer timer : page.timers()) {
            rows.add(new Row(log.partition(), timer, events.get(timer.offset())));
          }
        }
      }
      rows.sort(
          Comparator.comparingLong((Row row) -> row.timer().dueMs())
              .thenComparingInt(Row::partition)
              .thenComparingLong(row -> row.timer().offset()));
      print(rows, more);
      return rows.isEmpty() && id != null ? ExitCode.NOT_FOUND : ExitCode.FINE;
    }
  }

  private PendingPage page(PendingView view, PendingRange range) {
    if (id == null) {
      return view.page(range);
    }
    List<Timer> found =
        view.find(ByteText.parse("--id", id)).stream()
            .filter(timer -> timer.dueMs() >= fromMs && timer.dueMs() < toMs)
            .toList();
    return new PendingPage(found, null);
  }

  private void printCounts(Store store, List<StreamPartition> chosen, SchedulerSettings settings) {
    Table table = new Table(new Column("partition", Kind.COUNT), new Column("pending", Kind.COUNT));
    for (StreamPartition log : chosen) {
      try (PendingView view = store.openPending(log, settings)) {
        long pending =
            id == null ? view.count(fromMs, toMs) : page(view, PendingRange.all()).timers().size();
        table.add(log.partition(), pending);
      }
    }
    output.print(table, out());
  }

  private void print(List<Row> rows, boolean more) {
    Table table =
        new Table(
            new Column("partition", Kind.COUNT),
            new Column("due", Kind.TIME),
            new Column("offset", Kind.COUNT),
            new Column("id", Kind.TEXT),
            new Column("cron", Kind.TEXT),
            new Column("key", Kind.TEXT));
    List<Row> shown = rows.subList(0, Math.min(rows.size(), limit));
    for (Row row : shown) {
      Event event = row.event();
      table.add(
          row.partition(),
          row.timer().dueMs(),
          row.timer().offset(),
          event == null ? null : header(event, Reserved.SCHEDULE_ID),
          event == null || !row.timer().repeating() ? null : header(event, Reserved.SCHEDULE_CRON),
          event == null ? null : ByteText.readable(event.key()));
    }
    output.print(table, out());
    if (more || shown.size() < rows.size()) {
      err().println("There are more; --limit shows more of them, --from goes on behind these");
    }
  }

  private static @Nullable String header(Event event, String name) {
    Headers headers = event.headers();
    for (int i = headers.count() - 1; i >= 0; i--) {
      byte[] value = headers.value(i);
      if (headers.name(i).equals(name)) {
        return value == null ? null : ByteText.readable(value);
      }
    }
    return null;
  }
}
