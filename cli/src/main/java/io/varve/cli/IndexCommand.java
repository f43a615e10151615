package io.varve.cli;

import io.varve.FieldIndexes;
import io.varve.Store;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.event.StreamPartition;
import io.varve.field.FieldBuild;
import io.varve.query.FieldPath;
import io.varve.query.ValueFields;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code varve index}. */
@CommandLine.Command(
    name = "index",
    header = "Shows, adds, builds and drops indexes of fields of a stream's events.",
    description = {
      "",
      "An index leads --where to the batches that may hold what is looked for. It is built for each"
          + " sealed segment, beside a running writer. What is not indexed yet is read, so that answers"
          + " never depend on it."
    },
    footer = {
      "",
      "A FIELD is written as in a filter: value.order.total, or for short order.total; key, or key.id.",
      "",
      "Columns of the list, for each log and field:",
      "  LOG       stream, generation and partition",
      "  FIELD     its name",
      "  SEGMENTS  sealed segments",
      "  INDEXED   how many of these have an index of the field",
      "  BYTES     of all indexes of the log",
      "",
      "Examples:",
      "  ./varve index /var/lib/varve orders",
      "  ./varve index /var/lib/varve orders --add customer_id,order.total --build",
      "  ./varve index /var/lib/varve orders --build",
      "  ./varve index /var/lib/varve orders --drop order.total",
      "",
      "Exit codes: 0 fine; 1 a segment is damaged, which has no index; 2 wrong usage, no such store,"
          + " stream or field; 3 it could not be done."
    })
final class IndexCommand extends Command {

  @Mixin private final LogChoice choice = new LogChoice();

  @Option(
      names = "--add",
      paramLabel = "FIELD",
      split = ",",
      description = "Index these fields of the stream, too, from now on.")
  private List<String> add = new ArrayList<>();

  @Option(
      names = "--drop",
      paramLabel = "FIELD",
      split = ",",
      description = "Index these fields no more; their files go with the next --build.")
  private List<String> drop = new ArrayList<>();

  @Option(
      names = "--build",
      description = "Build what is missing now, and take away what is dropped.")
  private boolean build;

  @Mixin private final TableOutput output = new TableOutput();
  @Mixin private final Progress progress = new Progress();

  @Override
  public Integer call() {
    try (Store store = Store.openReadOnly(choice.store())) {
      List<StreamPartition> logs = choice.in(store);
      FieldIndexes indexes = store.fieldIndexes();
      if (!add.isEmpty() || !drop.isEmpty()) {
        change(indexes);
      }
      if (build) {
        for (StreamPartition log : logs) {
          build(store, log);
        }
      }
      list(indexes, logs);
    }
    return ExitCode.FINE;
  }

  private void change(FieldIndexes indexes) {
    List<String> fields = new ArrayList<>(indexes.fields(choice.stream()));
    for (String each : drop) {
      String field = FieldPath.parse(each).text();
      if (!fields.remove(field)) {
        throw new BadInputException(
            "No index of " + field + " in " + choice.stream() + "; its fields are " + fields);
      }
    }
    for (String each : add) {
      String field = FieldPath.parse(each).text();
      if (!fields.contains(field)) {
        fields.add(field);
      }
    }
    indexes.define(choice.stream(), fields);
  }

  private void build(Store store, StreamPartition log) {
    long[] done = {0};
    FieldBuild.Report report;
    try {
      report =
          store
              .fieldIndexes()
              .build(
                  log,
                  new ValueFields(store.schemas()),
                  (events, bytes, bytesLeft) -> {
                    done[0] += bytes;
                    progress.bytes(err(), "index " + log, done[0], done[0] + bytesLeft);
                  },
                  () -> !Thread.currentThread().isInterrupted());
    } finally {
      progress.end(err());
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted; what was built stays");
    }
    if (report.elsewhere() > 0) {
      err().println(log + ": another builder is at work on " + report.elsewhere() + " segments");
      err().flush();
    }
  }

  private void list(FieldIndexes indexes, List<StreamPartition> logs) {
    Table table =
        new Table(
            new Column("log", Kind.TEXT),
            new Column("field", Kind.TEXT),
            new Column("segments", Kind.COUNT),
            new Column("indexed", Kind.COUNT),
            new Column("bytes", Kind.BYTES));
    for (StreamPartition log : logs) {
      FieldIndexes.Status status = indexes.status(log, ValueFields.ID);
      status
          .indexedSegments()
          .forEach(
              (field, indexed) ->
                  table.add(
                      log.toString(), field, status.segments(), indexed, status.indexBytes()));
    }
    output.print(table, out());
  }
}
