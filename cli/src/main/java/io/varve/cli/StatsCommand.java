package io.varve.cli;

import io.varve.LogStats;
import io.varve.LogUsers;
import io.varve.Store;
import io.varve.base.CorruptionException;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.event.StreamPartition;
import io.varve.format.Loss;
import io.varve.format.Owner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve stats}. */
@CommandLine.Command(
    name = "stats",
    header = "Shows how a store's logs grow, how far their readers are, and what waits to be done.",
    footer = {
      "",
      "Columns:",
      "  STREAM, GENERATION, PARTITION   the log",
      "  NEXT      every committed event has a lower offset",
      "  RATE      by how much NEXT rises in a second, since the last look; - at the first",
      "  LAGS      for each reader, how many offsets it is behind NEXT: a reader states each second",
      "            where it is, so that it may be further on by now",
      "  SEGMENTS  files of events",
      "  BYTES     of events on disk, with headers and footers",
      "  GROWTH    by how much BYTES rises in a second, since the last look",
      "  DIRTY     bytes that wait to be compacted: sealed and never compacted; - if nothing of the",
      "            log ever was",
      "  KEPT      bytes that are no longer part of the log: compaction or retention is done with",
      "            them, and a reader or a snapshot still needs them, or they are deleted soon",
      "  WRITER    who has it open for writing, if anyone has",
      "  LOST      events that repairs have given up",
      "  DAMAGED   the file for which nothing more can be told of the log; varve verify says more",
      "",
      "A writer's own figures, such as how long syncs take, are among its host's metrics; for the",
      "connectors see their pages.",
      "",
      "Examples:",
      "  ./varve stats /var/lib/varve",
      "  ./varve stats /var/lib/varve --watch",
      "",
      "Exit codes: 0 fine; 1 a log is damaged, the others are shown; 2 wrong usage or no store; 3 it could not be read."
    })
final class StatsCommand extends Command {

  private static final String CLEAR_SCREEN = "\u001b[H\u001b[J";

  @Parameters(paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(
      names = {"-w", "--watch"},
      description = "Look again and again, until interrupted.")
  private boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "With --watch: how long between two looks. Default: 1.")
  private double intervalSeconds = 1;

  @Option(
      names = "--times",
      paramLabel = "N",
      description = "With --watch: look so many times, then end.")
  private long times = Long.MAX_VALUE;

  @Mixin private final TableOutput output = new TableOutput();

  private final boolean terminal = Integer.getInteger("varve.columns", 0) > 0;
  private Map<StreamPartition, LogStats> last = Map.of();
  private long lastNanos;

  /** Whether a log was, at any look. */
  private boolean damaged;

  @Override
  public Integer call() {
    if (!(intervalSeconds > 0 && intervalSeconds <= 86_400)) {
      throw new BadInputException("--interval: expected a number above 0 and up to 86400");
    }
    try (Store store = Store.openReadOnly(path)) {
      look(store);
      for (long i = 1; watch && i < times && !out().checkError() && pause(); i++) {
        look(store);
      }
    }
    return damaged ? ExitCode.PROBLEMS : ExitCode.FINE;
  }

  /** Waits until it is time to look again; false if the user wants to end. */
  private boolean pause() {
    try {
      TimeUnit.MICROSECONDS.sleep((long) (intervalSeconds * 1e6));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void look(Store store) {
    Table table =
        new Table(
            new Column("stream", Kind.TEXT),
            new Column("generation", Kind.COUNT),
            new Column("partition", Kind.COUNT),
            new Column("next", Kind.COUNT),
            new Column("rate", Kind.COUNT),
            new Column("lags", Kind.NUMBERS),
            new Column("segments", Kind.COUNT),
            new Column("bytes", Kind.BYTES),
            new Column("growth", Kind.BYTES),
            new Column("dirty", Kind.BYTES),
            new Column("kept", Kind.BYTES),
            new Column("writer", Kind.TEXT),
            new Column("lost", Kind.COUNT),
            new Column("damaged", Kind.TEXT));
    long nowNanos = System.nanoTime();
    double seconds = (nowNanos - lastNanos) / 1e9;
    Map<StreamPartition, LogStats> now = new HashMap<>();
    for (StreamPartition log : store.logs()) {
      try {
        LogUsers users = store.users(log);
        LogStats stats = store.stats(log);
        long lost = store.losses(log).stream().mapToLong(Loss::events).sum();
        add(table, log, users, stats, seconds, lost);
        now.put(log, stats);
      } catch (CorruptionException e) {
        addDamaged(table, log, e);
        damaged = true;
      }
    }
    last = now;
    lastNanos = nowNanos;
    print(table, store.usableBytes());
  }

  private void add(
      Table table, StreamPartition log, LogUsers users, LogStats stats, double seconds, long lost) {
    long next = stats.nextOffset();
    LogStats before = last.get(log);
    List<Long> lags = new ArrayList<>();
    for (LogUsers.Reader reader : users.readers()) {
      lags.add(Math.max(0, next - Math.max(reader.fromOffset(), stats.startOffset())));
    }
    Owner writer = users.writer();
    table.add(
        log.stream(),
        log.generation(),
        log.partition(),
        next,
        before == null ? null : Math.round((next - before.nextOffset()) / seconds),
        lags,
        stats.segments(),
        stats.bytes(),
        before == null ? null : Math.round((stats.bytes() - before.bytes()) / seconds),
        stats.compacted() ? stats.dirtyBytes() : null,
        stats.retiredBytes(),
        writer == null ? null : writer.toString(),
        lost,
        null);
  }

  /** A row without figures; the others are worth as much as ever. */
  private static void addDamaged(Table table, StreamPartition log, CorruptionException found) {
    table.add(
        log.stream(),
        log.generation(),
        log.partition(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        found.file());
  }

  private void print(Table table, long usableBytes) {
    if (output.json()) {
      output.print(table, out());
      return;
    }
    // In one piece, so that a terminal does not flicker.
    StringWriter page = new StringWriter();
    PrintWriter lines = new PrintWriter(page);
    table.print(lines);
    lines.println(Show.bytes(usableBytes) + " free on the store's disk");
    lines.flush();
    out().print((watch && terminal ? CLEAR_SCREEN : "") + page);
    out().flush();
  }
}
