package io.varve.cli;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.BadEventException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve import}. */
@CommandLine.Command(
    name = "import",
    header = "Makes events of a file that varve export or varve cat --format json wrote.",
    description = {
      "",
      "Events go to the partitions that the file names. Nothing that is stored is overwritten: a"
          + " partition that holds events already is refused, unless --offsets append is given. Where"
          + " there is no store, one is made."
    },
    footer = {
      "",
      "The events of a file that turns out to be bad are stored up to the bad one; the error names"
          + " its line or number. Schemas of structured values must be in the store already, or be"
          + " copied into its folder schemas.",
      "",
      "Examples:",
      "  ./varve import /var/lib/copy orders orders.avro",
      "  ./varve import /var/lib/varve orders more.jsonl --offsets append",
      "",
      "Exit codes: 0 fine; 1 a file of the store is damaged; 2 wrong usage, a bad file, or a"
          + " partition that holds events already; 3 it could not be done, for one because another"
          + " writer has the partition open."
    })
final class ImportCommand extends Command {

  private static final String OWNER = "varve import";

  @Mixin private final LogChoice choice = new LogChoice();

  @Parameters(index = "2", paramLabel = "FILE", description = "Avro, or lines of JSON.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  /** Which offsets events get. */
  enum Offsets {
    KEEP,
    APPEND
  }

  @Option(
      names = "--offsets",
      paramLabel = "HOW",
      description =
          "keep: as in the file, where they must rise. append: the next ones of the partition."
              + " Default: keep.")
  private Offsets offsets = Offsets.KEEP;

  @Option(
      names = "--codec",
      paramLabel = "CODEC",
      description = "How batches are compressed: none, lz4, zstd or snappy. Default: lz4.")
  private Codec codec = Codec.LZ4;

  @Mixin private final Progress progress = new Progress();

  private final TreeMap<Integer, LogWriter> writers = new TreeMap<>();
  private long events;

  @Override
  public Integer call() throws IOException {
    boolean avro = isAvro(); // Before a store is made for a file that isn't there.
    try (Store store = Store.open(choice.store(), StoreSettings.defaults())) {
      try {
        if (avro) {
          importAvro(store);
        } else {
          importJsonLines(store);
        }
      } finally {
        progress.end(err());
        closeWriters();
      }
    }
    out().println(Show.count(events) + " events in " + writers.size() + " partitions");
    out().flush();
    return ExitCode.FINE;
  }

  private boolean isAvro() throws IOException {
    try (InputStream input = Files.newInputStream(file)) {
      return Arrays.equals(input.readNBytes(4), new byte[] {'O', 'b', 'j', 1});
    }
  }

  private void importAvro(Store store) throws IOException {
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      if (!reader.getSchema().equals(AvroEvents.SCHEMA)) {
        throw new BadInputException(
            file
                + " holds records of "
                + reader.getSchema().getFullName()
                + "; expected io.varve.Event as varve export writes it");
      }
      while (reader.hasNext()) {
        append(store, AvroEvents.read(reader.next()), "event " + (events + 1));
        progress.bytes(err(), "import", reader.tell(), Files.size(file));
      }
      // The reader takes the end of a file in the middle of a block for its end.
      if (reader.previousSync() != Files.size(file)) {
        throw new BadInputException(file + " behind event " + events + ": the file is cut");
      }
    } catch (AvroRuntimeException | IllegalArgumentException e) {
      throw new BadInputException(
          file + " behind event " + events + ": no readable Avro: " + e.getMessage());
    }
  }

  private void importJsonLines(Store store) throws IOException {
    long bytes = 0;
    long number = 0;
    long total = Files.size(file);
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        bytes += line.length() + 1;
        if (!line.isBlank()) {
          append(store, read(line, number), "line " + number);
          progress.bytes(err(), "import", Math.min(bytes, total), total);
        }
      }
    } catch (CharacterCodingException e) {
      throw new BadInputException(file + " behind line " + number + ": no UTF-8");
    }
  }

  private PlacedEvent read(String line, long number) {
    try {
      return EventJson.read(line);
    } catch (BadInputException e) {
      throw new BadInputException(file + " line " + number + ": " + e.getMessage());
    }
  }

  private void append(Store store, PlacedEvent placed, String place) {
    Integer only = choice.partition();
    if (only != null && only != placed.partition()) {
      return;
    }
    LogWriter writer = writers.computeIfAbsent(placed.partition(), each -> open(store, each));
    Event event = placed.event();
    try {
      writer.append(offsets == Offsets.KEEP ? event : event.withOffset(writer.nextOffset()));
    } catch (BadEventException e) {
      throw new BadInputException(file + " " + place + ": " + e.getMessage());
    }
    events++;
  }

  private LogWriter open(Store store, int partition) {
    StreamPartition log = new StreamPartition(choice.stream(), generation(store), partition);
    if (offsets == Offsets.KEEP && store.contains(log) && store.stats(log).nextOffset() > 0) {
      throw new BadInputException(
          log
              + " holds events already, up to offset "
              + (store.stats(log).nextOffset() - 1)
              + "; give --offsets append, or another stream");
    }
    return store.openWriter(log, LogSettings.defaults().withCodec(codec), OWNER);
  }

  private int generation(Store store) {
    Integer chosen = choice.generation();
    return chosen == null ? Math.max(1, store.latestGeneration(choice.stream())) : chosen;
  }

  /** Makes everything durable; the first failure counts. */
  private void closeWriters() {
    RuntimeException first = null;
    for (LogWriter writer : writers.values()) {
      try {
        writer.close();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
