package io.varve.cli;

import io.varve.LogStats;
import io.varve.LogUsers;
import io.varve.Store;
import io.varve.TimeSpan;
import io.varve.base.CorruptionException;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve streams}. */
@CommandLine.Command(
    name = "streams",
    header = "Lists the streams of a store.",
    footer = {
      "",
      "Columns:",
      "  STREAM      its name; a topic's, if a connector archives it",
      "  GENERATION  which life of the topic: the next begins when it is deleted and made again",
      "  PARTITIONS  how many there are (with --partitions PARTITION: which)",
      "  EVENTS      committed events",
      "  START       the lowest offset that retention has left",
      "  NEXT        every event has a lower offset",
      "  FROM, TO    the lowest and the highest timestamp",
      "  BYTES       on disk, everything counted: also indexes, and files not yet deleted",
      "  SEGMENTS    files of events",
      "  WRITER      who has it open for writing, if anyone has",
      "  READERS     how many read it now, in whatever process",
      "",
      "Examples:",
      "  ./varve streams /var/lib/varve",
      "  ./varve streams /var/lib/varve --partitions",
      "  ./varve streams /var/lib/varve --json | jq '.[] | select(.writer == null).stream'",
      "",
      "Exit codes: 0 fine; 1 a log is damaged and left out; 2 wrong usage or no store; 3 it could not be read."
    })
final class StreamsCommand extends Command {

  @Parameters(paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path path;

  @Option(names = "--partitions", description = "A line for each partition.")
  private boolean byPartition;

  @Mixin private final TableOutput output = new TableOutput();

  @Override
  public Integer call() throws IOException {
    try (Store store = Store.openReadOnly(path)) {
      Table table =
          new Table(
              new Column("stream", Kind.TEXT),
              new Column("generation", Kind.COUNT),
              new Column(byPartition ? "partition" : "partitions", Kind.COUNT),
              new Column("events", Kind.COUNT),
              new Column("start", Kind.COUNT),
              new Column("next", Kind.COUNT),
              new Column("from", Kind.TIME),
              new Column("to", Kind.TIME),
              new Column("bytes", Kind.BYTES),
              new Column("segments", Kind.COUNT),
              new Column("writer", Kind.TEXT),
              new Column("readers", Kind.COUNT));
      boolean damaged = false;
      for (List<StreamPartition> group : groups(store.logs())) {
        try {
          add(table, store, group);
        } catch (CorruptionException e) {
          damaged = true;
          err().println(e.getMessage());
        }
      }
      output.print(table, out());
      err().flush();
      return damaged ? ExitCode.PROBLEMS : ExitCode.FINE;
    }
  }

  /** What goes into one line each. */
  private Iterable<List<StreamPartition>> groups(List<StreamPartition> logs) {
    Map<StreamPartition, List<StreamPartition>> groups = new LinkedHashMap<>();
    for (StreamPartition log : logs) {
      StreamPartition of =
          byPartition ? log : new StreamPartition(log.stream(), log.generation(), 0);
      groups.computeIfAbsent(of, each -> new ArrayList<>()).add(log);
    }
    return groups.values();
  }

  private void add(Table table, Store store, List<StreamPartition> logs) throws IOException {
    TimeSpan span = new TimeSpan(Long.MAX_VALUE, Long.MIN_VALUE);
    long events = 0;
    long start = Long.MAX_VALUE;
    long next = 0;
    long bytes = 0;
    long segments = 0;
    long readers = 0;
    TreeSet<String> writers = new TreeSet<>();
    for (StreamPartition log : logs) {
      // Who reads is asked first: looking at the timestamps takes a lease, too.
      LogUsers users = store.users(log);
      Owner writer = users.writer();
      if (writer != null) {
        writers.add(writer.toString());
      }
      readers += users.readers().size();
      LogStats stats = store.stats(log);
      span = span.and(store.timeSpan(log));
      events += stats.events();
      start = Math.min(start, stats.startOffset());
      next = Math.max(next, stats.nextOffset());
      segments += stats.segments();
      bytes += LogFiles.bytes(store, log);
    }
    StreamPartition first = logs.get(0);
    table.add(
        first.stream(),
        first.generation(),
        byPartition ? first.partition() : logs.size(),
        events,
        start,
        next,
        span.isEmpty() ? null : span.minMs(),
        span.isEmpty() ? null : span.maxMs(),
        bytes,
        segments,
        writer(writers),
        readers);
  }

  private static @Nullable String writer(Set<String> writers) {
    return writers.isEmpty() ? null : String.join(", ", writers);
  }
}
