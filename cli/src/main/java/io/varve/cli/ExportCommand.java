package io.varve.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.base.CorruptionException;
import io.varve.event.StreamPartition;
import io.varve.query.UnreadableEventException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve export}. */
@CommandLine.Command(
    name = "export",
    header = "Writes events to a file, as Avro, Parquet or lines of JSON.",
    description = {
      "",
      "With --values stored everything of an event is in the file; of avro and jsonl varve import makes"
          + " the same events again, to the byte. With --values decoded it is for other programs.",
      "",
      "The file has another, hidden name until it is whole and on the disk: one that is there is"
          + " complete. An export that is interrupted leaves nothing; one whose process is killed leaves the"
          + " hidden one."
    },
    footer = {
      "",
      "avro is an Avro object container file, which every Avro library reads. Its records:",
      "  partition      int",
      "  offset         long",
      "  timestamp      long, milliseconds since 1970; -1 if timestampType is none",
      "  timestampType  string: none, create, log_append",
      "  key, value     record of encoding (string: none, bytes, string, avro) and bytes (or null)",
      "  headers        array of records of name, encoding and bytes (or null)",
      "  messageId      bytes or null",
      "  dueTime        long or null",
      "jsonl has a line for each event, as varve cat --format json prints it.",
      "Schemas of structured values stay in the store: copy its folder schemas along.",
      "",
      "With --values decoded structured keys and values are as they read, which import does not take"
          + " back. In avro, key and value are unions of null, the schemas of the structured ones,"
          + " string, and bytes for all others and for what does not decode. Where a schema has"
          + " changed, all are read by one that can read the others; if there is none, use jsonl. In"
          + " jsonl, a field decoded takes the place of base64. Headers stay as they are in avro.",
      "",
      "parquet has the columns of avro, compressed with zstd. With --values decoded timestamp is null"
          + " where there is none, and key and value have the types of their schemas: a structured"
          + " value is a group of its fields. Text is a string, and so are bytes if all of them in"
          + " the export are UTF-8, such as JSON. What has no columns, such as a type that holds"
          + " itself, is JSON in a string. Where values are of several kinds, each kind has a column"
          + " of its own, named value_Order by its type, value_text, value_bytes or value_json, and"
          + " the others are null in it. The columns are the same in all files of one export.",
      "",
      "With --partition-by FILE is a folder, with a file in each of the folders below it:",
      "  day   FILE/day=2026-11-20/part-0.parquet",
      "  hour  FILE/day=2026-11-20/hour=07/part-0.parquet",
      "by the events' timestamps, in UTC. Without a timestamp: day=__HIVE_DEFAULT_PARTITION__.",
      "",
      "Examples:",
      "  ./varve export /var/lib/varve orders orders.avro",
      "  ./varve export /var/lib/varve orders/0 day.jsonl --format jsonl --from-time 2026-11-20"
          + " --to-time 2026-11-21",
      "  ./varve export /var/lib/varve orders orders.avro --values decoded",
      "  ./varve export /var/lib/varve orders 42.avro --where 'value.customer_id == 42'",
      "  ./varve export /var/lib/varve orders orders --format parquet --partition-by day",
      "",
      "Exit codes: 0 fine; 1 a file of the store is damaged or --where needs a value that can't be"
          + " read, what stands before is in FILE.partial; 2 wrong usage, no such store or stream, or"
          + " the file exists; 3 it could not be done."
    })
final class ExportCommand extends Command {

  @Mixin private final LogChoice choice = new LogChoice();

  @Parameters(
      index = "2",
      paramLabel = "FILE",
      description = "A file that isn't there yet; with --partition-by a folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Mixin private final EventRange range = new EventRange();

  @Mixin private final Where where = new Where();

  /** What is written. */
  enum Format {
    AVRO,
    JSONL,
    PARQUET
  }

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "avro, jsonl or parquet. Default: avro.")
  private Format format = Format.AVRO;

  @Option(
      names = "--partition-by",
      paramLabel = "TIME",
      description = "A file for each day or hour: day or hour.")
  private TimeFolders.@Nullable By partitionBy;

  @Mixin private final Progress progress = new Progress();

  /** What keys and values become. */
  enum Values {
    STORED,
    DECODED
  }

  @Option(
      names = "--values",
      paramLabel = "WHAT",
      description =
          "stored: as they are, so that import takes them back. decoded: structured ones as they"
              + " read. Default: stored; with --format parquet decoded.")
  private @Nullable Values values;

  @Option(
      names = "--json",
      description = "Print JSON: an object with events, bytes, and an array of the files.")
  private boolean json;

  /** Of a Parquet file that is written alone, and of one of several. */
  private static final long ROW_GROUP_BYTES = 64 << 20;

  private static final long ROW_GROUP_OF_MANY_BYTES = 16 << 20;

  @Override
  public Integer call() throws IOException {
    try (Store store = Store.openReadOnly(choice.store())) {
      Map<StreamPartition, ReadRange> ranges = new LinkedHashMap<>();
      for (StreamPartition log : choice.in(store)) {
        ranges.put(log, range.upTo(store.stats(log).nextOffset()));
      }
      if (where.explains()) {
        where.explain(store, List.copyOf(ranges.keySet()), log -> range.toReadRange(), out());
        return ExitCode.FINE;
      }
      try (ExportTarget target = ExportTarget.of(file)) {
        Map<Path, Long> counts =
            write(new EventScan(store, ranges, where, progress, err()), target);
        target.publish();
        progress.end(err());
        tell(target.path(), counts);
      } finally {
        progress.end(err());
      }
    }
    return ExitCode.FINE;
  }

  /**
   * Writes all files.
   *
   * @return the target's files, and how many events each has
   */
  private Map<Path, Long> write(EventScan scan, ExportTarget target) throws IOException {
    try {
      TimeFolders folders = partitionBy == null ? null : new TimeFolders(partitionBy);
      EventFile.Format files = look(scan, folders);
      if (folders != null) {
        return folders.write(scan, files, target.path(), format.name().toLowerCase(Locale.ROOT));
      }
      long[] events = {0};
      try (EventFile one = files.create(target.path())) {
        scan.read(
            "export",
            (partition, event) -> {
              one.write(partition, event);
              events[0]++;
            });
      }
      return Map.of(target.path(), events[0]);
    } catch (CorruptionException | UnreadableEventException e) {
      Path part = target.keepPart();
      if (part != null) {
        progress.end(err());
        err().println("what stands before is in " + part);
      }
      throw e;
    }
  }

  /** Looks at all events, if files need that before the first is written; makes the format. */
  private EventFile.Format look(EventScan scan, @Nullable TimeFolders folders) throws IOException {
    boolean decoded = values == null ? format == Format.PARQUET : values == Values.DECODED;
    Store store = scan.store();
    long rowGroupBytes = folders == null ? ROW_GROUP_BYTES : ROW_GROUP_OF_MANY_BYTES;
    if (decoded && format == Format.PARQUET) {
      ParquetColumns keys = new ParquetColumns("key", store);
      ParquetColumns content = new ParquetColumns("value", store);
      look(
          scan,
          folders,
          (partition, event) -> {
            keys.expect(event.keyEncoding(), event.key());
            content.expect(event.valueEncoding(), event.value());
          });
      ParquetEvents rows = new ParquetEvents(keys, content);
      return EventFiles.parquet(rows.schema(), rows::row, rowGroupBytes);
    }
    if (decoded && format == Format.AVRO) {
      return decodedAvro(scan, folders);
    }
    if (folders != null) {
      look(scan, folders, (partition, event) -> {});
    }
    return switch (format) {
      case PARQUET -> EventFiles.parquet(AvroEvents.SCHEMA, AvroEvents::write, rowGroupBytes);
      case AVRO -> EventFiles.avro(AvroEvents.SCHEMA, AvroEvents::write);
      case JSONL ->
          EventFiles.jsonLines(
              decoded ? EventJson.decoded(StructuredValues.readable(store)) : EventJson.asStored());
    };
  }

  private static EventFile.Format decodedAvro(EventScan scan, @Nullable TimeFolders folders)
      throws IOException {
    AvroColumn keyColumn = new AvroColumn("key", scan.store());
    AvroColumn valueColumn = new AvroColumn("value", scan.store());
    look(
        scan,
        folders,
        (partition, event) -> {
          keyColumn.expect(event.keyEncoding(), event.key());
          valueColumn.expect(event.valueEncoding(), event.value());
        });
    Schema schema = AvroEvents.decoded(keyColumn.schema(), valueColumn.schema());
    return EventFiles.avro(
        schema,
        (partition, event) -> {
          GenericRecord record = AvroEvents.record(schema, partition, event);
          record.put("key", keyColumn.write(event.keyEncoding(), event.key()));
          record.put("value", valueColumn.write(event.valueEncoding(), event.value()));
          return record;
        });
  }

  private static void look(EventScan scan, @Nullable TimeFolders folders, EventScan.Step step)
      throws IOException {
    scan.read(
        "look at",
        (partition, event) -> {
          if (folders != null) {
            folders.expect(event);
          }
          step.take(partition, event);
        });
  }

  /** Tells what is there now. */
  private void tell(Path written, Map<Path, Long> counts) throws IOException {
    long events = 0;
    long bytes = 0;
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    ArrayNode files = JsonNodeFactory.instance.arrayNode();
    for (Map.Entry<Path, Long> each : counts.entrySet()) {
      Path name = file.resolve(written.relativize(each.getKey()));
      Path shown = each.getKey().equals(written) ? file : name;
      long size = Files.size(shown);
      files
          .addObject()
          .put("file", shown.toString())
          .put("events", each.getValue())
          .put("bytes", size);
      events += each.getValue();
      bytes += size;
    }
    if (json) {
      all.put("events", events).put("bytes", bytes).set("files", files);
      out().println(all);
    } else {
      out()
          .println(
              Show.count(events)
                  + " events, "
                  + Show.bytes(bytes)
                  + (partitionBy == null ? "" : " in " + Show.count(counts.size()) + " files")
                  + " in "
                  + file);
    }
    out().flush();
  }
}
