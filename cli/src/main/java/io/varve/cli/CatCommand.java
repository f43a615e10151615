package io.varve.cli;

import io.varve.EventReader;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code varve cat}. */
@CommandLine.Command(
    name = "cat",
    header = "Prints events.",
    footer = {
      "",
      "A line of text has, with tabs between: the partition if there are several, offset, time, key,"
          + " value, and the headers as name=value. Text is shown as it is, with tabs and ends of"
          + " lines as \\t, \\n and \\r; other bytes in hexadecimal; structured values as JSON if"
          + " their schema is in the store.",
      "",
      "With --format json a line is an object that tells all, and that varve import takes back:",
      "  {\"partition\":0,\"offset\":5,\"timestamp\":1795176000000,\"timestampType\":\"create\",",
      "   \"key\":{\"encoding\":\"string\",\"text\":\"k1\"},",
      "   \"value\":{\"encoding\":\"bytes\",\"base64\":\"AP8=\"}}",
      "text holds bytes that are UTF-8, base64 others; null is {..., \"null\":true}; a structured"
          + " value has a field decoded beside its bytes.",
      "",
      "Partitions are printed one after another, each in the order of its offsets; with --follow they"
          + " take turns.",
      "",
      "Examples:",
      "  ./varve cat /var/lib/varve orders --limit 10",
      "  ./varve cat /var/lib/varve orders/3 --from-time 2026-11-20 --follow",
      "  ./varve cat /var/lib/varve orders --key customer-17",
      "  ./varve cat /var/lib/varve orders --where 'value.customer_id == 42 && value.total > 100.0'",
      "  ./varve cat /var/lib/varve orders --format json | jq .value.decoded.total",
      "",
      "Exit codes: 0 fine; 1 a file is damaged or --where needs a value that can't be read, what stands"
          + " before is printed; 2 wrong usage, no such store or stream; 3 it could not be read."
    })
final class CatCommand extends Command {

  private static final Duration TURN = Duration.ofMillis(50);
  private static final int CHECK_INTERVAL = 1024;

  @Mixin private final LogChoice choice = new LogChoice();
  @Mixin private final EventRange range = new EventRange();

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Events with this key: a text, or bytes in hexadecimal such as 0x00ff.")
  private @Nullable String key;

  @Mixin private final Where where = new Where();

  @Option(names = "--limit", paramLabel = "N", description = "At most so many events.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with events as they come, until interrupted.")
  private boolean follow;

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private EventFormat format = EventFormat.TEXT;

  private long printed;
  private long looks;

  @Override
  public Integer call() {
    byte[] wanted = key == null ? null : ByteText.parse("--key", key);
    try (Store store = Store.openReadOnly(choice.store())) {
      List<StreamPartition> logs = choice.in(store);
      if (where.explains()) {
        where.explain(store, logs, log -> range.toReadRange(), out());
        return ExitCode.FINE;
      }
      BiFunction<Integer, EventView, String> lines =
          format.lines(StructuredValues.readable(store), logs.size() > 1);
      List<EventReader> readers = new ArrayList<>();
      try {
        for (StreamPartition log : logs) {
          readers.add(
              where.open(
                  store,
                  log,
                  follow ? range.toReadRange() : range.upTo(store.stats(log).nextOffset())));
        }
        readers.forEach(reader -> print(reader, wanted, lines));
        while (follow && !ended() && !readers.stream().allMatch(EventReader::done)) {
          for (EventReader reader : readers) {
            reader.await(TURN.dividedBy(readers.size()));
            print(reader, wanted, lines);
          }
          out().flush();
        }
      } finally {
        readers.forEach(EventReader::close);
        out().flush();
      }
    }
    return ExitCode.FINE;
  }

  /** Prints what there is now. */
  private void print(
      EventReader reader, byte @Nullable [] wanted, BiFunction<Integer, EventView, String> lines) {
    while (!ended() && reader.next()) {
      EventView event = reader.event();
      if (wanted == null || Arrays.equals(wanted, event.key())) {
        out().println(lines.apply(reader.log().partition(), event));
        printed++;
      }
    }
  }

  /** Whether enough is printed, the user wants it to end, or nobody reads it any more. */
  private boolean ended() {
    return printed >= limit
        || Thread.currentThread().isInterrupted()
        || (++looks % CHECK_INTERVAL == 0 && out().checkError());
  }
}
