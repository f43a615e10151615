package io.varve.cli;

import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.StreamPartition;
import io.varve.query.EventFilter;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events by what is in them: options that several commands have. */
final class Where {

  @Option(
      names = "--where",
      paramLabel = "FILTER",
      description =
          "Events of which this is true, an expression in CEL, such as"
              + " 'value.customer_id == 42 && timestamp >= timestamp(\"2026-01-01T00:00:00Z\")'. It has"
              + " value, key, timestamp, offset, partition, stream and headers. See docs/field-indexes.md.")
  private @Nullable String text;

  @Option(
      names = "--explain",
      description = "Print how --where would be answered, and how much would be read, and end.")
  private boolean explain;

  private @Nullable EventFilter filter;

  /** Whether only the plan is wanted. */
  boolean explains() {
    if (explain && text == null) {
      throw new BadInputException("--explain needs --where FILTER");
    }
    return explain;
  }

  /** Whether not all events are wanted. */
  boolean filters() {
    return text != null;
  }

  private @Nullable EventFilter filter() {
    if (filter == null && text != null) {
      filter = EventFilter.compile(text);
    }
    return filter;
  }

  /** Opens what is wanted of a log. */
  EventReader open(Store store, StreamPartition log, ReadRange range) {
    EventFilter wanted = filter();
    return wanted == null ? store.openReader(log, range) : wanted.open(store, log, range);
  }

  /** Prints the plan for each log. */
  void explain(
      Store store,
      List<StreamPartition> logs,
      Function<StreamPartition, ReadRange> ranges,
      PrintWriter out) {
    EventFilter wanted = filter();
    if (wanted != null) {
      for (StreamPartition log : logs) {
        out.println(wanted.plan(log).explain(store, ranges.apply(log)));
      }
    }
    out.flush();
  }
}
