package io.varve.cli;

import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve export}. */
@CommandLine.Command(
    name = "export",
    header = "Writes events to a file, as Avro or as lines of JSON.",
    description = {
      "",
      "Everything of an event is in the file: varve import makes the same events of it, to the byte."
          + " With --values decoded it is for other programs."
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
      "Examples:",
      "  ./varve export /var/lib/varve orders orders.avro",
      "  ./varve export /var/lib/varve orders/0 day.jsonl --format jsonl --from-time 2026-11-20"
          + " --to-time 2026-11-21",
      "  ./varve export /var/lib/varve orders orders.avro --values decoded",
      "  ./varve export /var/lib/varve orders 42.avro --where 'value.customer_id == 42'",
      "",
      "Exit codes: 0 fine; 1 a file of the store is damaged or --where needs a value that can't be"
          + " read, the export has what stands before; 2 wrong usage, no such store or stream, or the file exists; 3 it could not be done."
    })
final class ExportCommand extends Command {

  @Mixin private final LogChoice choice = new LogChoice();

  @Parameters(index = "2", paramLabel = "FILE", description = "A file that isn't there yet.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Mixin private final EventRange range = new EventRange();

  @Mixin private final Where where = new Where();

  /** What is written. */
  enum Format {
    AVRO,
    JSONL
  }

  @Option(names = "--format", paramLabel = "FORMAT", description = "avro or jsonl. Default: avro.")
  private Format format = Format.AVRO;

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
              + " read. Default: stored.")
  private Values values = Values.STORED;

  private long events;
  private long bytes;

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
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(file.toString());
      }
      try (Target target = open(store, ranges)) {
        read(
            store,
            ranges,
            "export ",
            (log, event) -> {
              target.write(log.partition(), event);
              events++;
            });
      } finally {
        progress.end(err());
      }
    } catch (FileAlreadyExistsException e) {
      throw new BadInputException(file + " exists; name a file that isn't there yet");
    }
    out().println(Show.count(events) + " events, " + Show.bytes(Files.size(file)) + " in " + file);
    out().flush();
    return ExitCode.FINE;
  }

  /** Where events go. */
  private interface Target extends Closeable {
    void write(int partition, EventView event) throws IOException;
  }

  private Target open(Store store, Map<StreamPartition, ReadRange> ranges) throws IOException {
    boolean decoded = values == Values.DECODED;
    if (format == Format.JSONL) {
      return jsonLines(
          decoded ? EventJson.decoded(StructuredValues.readable(store)) : EventJson.asStored());
    }
    return decoded ? decodedAvro(store, ranges) : avro(AvroEvents.SCHEMA, AvroEvents::write);
  }

  /** Reads everything twice: an Avro file begins with the schema of all that is in it. */
  private Target decodedAvro(Store store, Map<StreamPartition, ReadRange> ranges)
      throws IOException {
    AvroColumn keyColumn = new AvroColumn("key", store);
    AvroColumn valueColumn = new AvroColumn("value", store);
    read(
        store,
        ranges,
        "look at ",
        (log, event) -> {
          keyColumn.expect(event.keyEncoding(), event.key());
          valueColumn.expect(event.valueEncoding(), event.value());
        });
    Schema schema = AvroEvents.decoded(keyColumn.schema(), valueColumn.schema());
    return avro(
        schema,
        (partition, event) -> {
          GenericRecord record = AvroEvents.record(schema, partition, event);
          record.put("key", keyColumn.write(event.keyEncoding(), event.key()));
          record.put("value", valueColumn.write(event.valueEncoding(), event.value()));
          return record;
        });
  }

  private Target avro(Schema schema, BiFunction<Integer, EventView, GenericRecord> records)
      throws IOException {
    DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema));
    writer.setCodec(CodecFactory.deflateCodec(CodecFactory.DEFAULT_DEFLATE_LEVEL));
    writer.create(schema, Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    return new Target() {
      @Override
      public void write(int partition, EventView event) throws IOException {
        writer.append(records.apply(partition, event));
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  private Target jsonLines(EventJson json) throws IOException {
    BufferedWriter writer =
        Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    return new Target() {
      @Override
      public void write(int partition, EventView event) throws IOException {
        writer.write(json.write(partition, event));
        writer.write('\n');
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  /** What is done with each event. */
  private interface Step {
    void take(StreamPartition log, EventView event) throws IOException;
  }

  private void read(Store store, Map<StreamPartition, ReadRange> ranges, String doing, Step step)
      throws IOException {
    bytes = 0;
    for (Map.Entry<StreamPartition, ReadRange> each : ranges.entrySet()) {
      StreamPartition log = each.getKey();
      try (EventReader reader = where.open(store, log, each.getValue())) {
        while (reader.next()) {
          EventView event = reader.event();
          step.take(log, event);
          bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
          progress.bytes(err(), doing + log, bytes, 0);
        }
      }
    }
  }
}
