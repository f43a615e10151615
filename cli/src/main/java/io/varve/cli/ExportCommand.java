package io.varve.cli;

import io.varve.LogReader;
import io.varve.LogStats;
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
import java.util.List;
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
      "Examples:",
      "  ./varve export /var/lib/varve orders orders.avro",
      "  ./varve export /var/lib/varve orders/0 day.jsonl --format jsonl --from-time 2026-11-20"
          + " --to-time 2026-11-21",
      "",
      "Exit codes: 0 fine; 1 a file of the store is damaged, the export has what stands before; 2"
          + " wrong usage, no such store or stream, or the file exists; 3 it could not be done."
    })
final class ExportCommand extends Command {

  @Mixin private final LogChoice choice = new LogChoice();

  @Parameters(index = "2", paramLabel = "FILE", description = "A file that isn't there yet.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Mixin private final EventRange range = new EventRange();

  /** What is written. */
  enum Format {
    AVRO,
    JSONL
  }

  @Option(names = "--format", paramLabel = "FORMAT", description = "avro or jsonl. Default: avro.")
  private Format format = Format.AVRO;

  @Mixin private final Progress progress = new Progress();

  private long events;
  private long bytes;

  @Override
  public Integer call() throws IOException {
    try (Store store = Store.openReadOnly(choice.store())) {
      List<StreamPartition> logs = choice.in(store);
      try (Target target = open()) {
        for (StreamPartition log : logs) {
          export(store, log, target);
        }
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

  private Target open() throws IOException {
    return format == Format.AVRO ? avro() : jsonLines();
  }

  private Target avro() throws IOException {
    DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(AvroEvents.SCHEMA));
    writer.setCodec(CodecFactory.deflateCodec(CodecFactory.DEFAULT_DEFLATE_LEVEL));
    writer.create(AvroEvents.SCHEMA, Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    return new Target() {
      @Override
      public void write(int partition, EventView event) throws IOException {
        writer.append(AvroEvents.write(partition, event));
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  private Target jsonLines() throws IOException {
    EventJson json = new EventJson(null);
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

  private void export(Store store, StreamPartition log, Target target) throws IOException {
    LogStats stats = store.stats(log);
    ReadRange chosen = range.upTo(stats.nextOffset());
    try (LogReader reader = store.openReader(log, chosen)) {
      while (reader.next()) {
        EventView event = reader.event();
        target.write(log.partition(), event);
        events++;
        bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
        progress.bytes(err(), "export " + log, bytes, 0);
      }
    }
  }
}
