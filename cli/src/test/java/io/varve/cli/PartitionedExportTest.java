package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exports in folders by time, and that an export is whole or not there. */
final class PartitionedExportTest {

  private static final long DAY_MS = 86_400_000;
  private static final int DAYS = 3 * TimeFolders.OPEN_MAX + 1;

  @TempDir Path folder;

  private Path store;
  private Path target;
  private final List<Event> events = new ArrayList<>();

  @BeforeEach
  void fill() {
    store = folder.resolve("store");
    target = folder.resolve("out");
    Random random = new Random(7);
    for (int i = 0; i < 400; i++) {
      // In no order, from before 1970 on, and the first and last moments of days among them.
      long day = random.nextInt(DAYS) - 2;
      long ms = i % 5 == 0 ? 0 : i % 5 == 1 ? DAY_MS - 1 : random.nextInt((int) DAY_MS);
      events.add(event(i, i % 50 == 0 ? Event.NO_TIMESTAMP : day * DAY_MS + ms));
    }
    try (Store opened = Store.open(store, StoreSettings.defaults())) {
      Stores.append(opened, Stores.ORDERS_0, events.subList(0, 300));
      Stores.append(opened, Stores.ORDERS_1, events.subList(300, 400));
    }
  }

  private static Event event(long offset, long timestampMs) {
    return new Event(
        offset,
        timestampMs,
        timestampMs == Event.NO_TIMESTAMP ? TimestampType.NONE : TimestampType.CREATE,
        Encoding.STRING,
        Stores.text("k" + offset),
        Encoding.STRING,
        Stores.text("value " + offset),
        Headers.EMPTY,
        null,
        Event.NOT_DELAYED);
  }

  @ParameterizedTest
  @CsvSource({"avro,day", "avro,hour", "jsonl,day", "jsonl,hour", "parquet,day", "parquet,hour"})
  void eachEventIsInTheFolderOfItsTimeAndNowhereElse(String format, String by) throws Exception {
    Run run =
        Run.of(
            "export",
            store,
            "orders",
            target,
            "--format",
            format,
            "--partition-by",
            by,
            "--values",
            "stored");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    Map<String, List<Event>> wanted = new TreeMap<>();
    for (Event event : events) {
      wanted.computeIfAbsent(folderOf(event, by), each -> new ArrayList<>()).add(event);
    }
    Map<String, List<Event>> found = new TreeMap<>();
    for (Path file : files(target)) {
      found.put(target.relativize(file.getParent()).toString(), read(file, format));
    }
    assertThat(found).isEqualTo(wanted);
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("store", "out");
  }

  private static String folderOf(Event event, String by) {
    if (event.timestampType() == TimestampType.NONE) {
      return "day=__HIVE_DEFAULT_PARTITION__";
    }
    var time = Instant.ofEpochMilli(event.timestampMs()).atOffset(ZoneOffset.UTC);
    String day = "day=" + time.toLocalDate();
    return by.equals("day") ? day : day + "/hour=" + "%02d".formatted(time.getHour());
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<Event> read(Path file, String format) throws IOException {
    List<Event> read = new ArrayList<>();
    switch (format) {
      case "avro" -> {
        try (DataFileReader<GenericRecord> reader =
            new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
          reader.forEach(record -> read.add(AvroEvents.read(record).event()));
        }
      }
      case "jsonl" ->
          Files.readAllLines(file).forEach(line -> read.add(EventJson.read(line).event()));
      default ->
          ParquetExportTest.rows(file).forEach(row -> read.add(AvroEvents.read(row).event()));
    }
    return read;
  }

  @Test
  void aRangeAndAFilterNarrowWhatIsInTheFolders() throws Exception {
    Run run =
        Run.of(
            "export",
            store,
            "orders",
            target,
            "--format",
            "jsonl",
            "--partition-by",
            "day",
            "--from-time",
            "1970-01-02T12:00:00Z",
            "--to-time",
            "1970-01-20",
            "--where",
            "offset % 2 == 0",
            "--json");

    JsonNode told = new ObjectMapper().readTree(run.out());
    long fromMs = DAY_MS * 3 / 2;
    List<Event> wanted =
        events.stream()
            .filter(each -> each.timestampMs() >= fromMs && each.timestampMs() < 19 * DAY_MS)
            .filter(each -> each.offset() % 2 == 0)
            .toList();
    assertThat(told.get("events").asInt()).isEqualTo(wanted.size());
    int sum = 0;
    for (JsonNode each : told.get("files")) {
      assertThat(Path.of(each.get("file").asText())).hasSize(each.get("bytes").asLong());
      sum += each.get("events").asInt();
    }
    assertThat(sum).isEqualTo(wanted.size());
    assertThat(told.get("files")).hasSameSizeAs(files(target));
  }

  @ParameterizedTest
  @CsvSource({
    "avro, true",
    "jsonl, true",
    "parquet, true",
    "avro, offset < 0",
    "jsonl, offset != offset",
    "parquet, offset != offset"
  })
  void anInterruptedExportLeavesNothing(String format, String where) {
    for (String[] more : List.of(new String[] {}, new String[] {"--partition-by", "day"})) {
      interruptedExportLeavesNothing(format, where, more);
    }
  }

  private void interruptedExportLeavesNothing(String format, String where, String[] more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("export", store, "orders", target, "--format", format, "--where", where));
    arguments.addAll(List.of(more));
    Thread.currentThread().interrupt();
    Run run = Run.of(arguments.toArray());

    assertThat(Thread.interrupted()).isTrue();
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(folder.toFile().list()).containsExactly("store");
  }

  @ParameterizedTest
  @CsvSource({"avro", "jsonl", "parquet"})
  void whatStandsBeforeDamageIsKeptUnderANameThatSaysSo(String format) throws Exception {
    Path damaged = Stores.orders(folder.resolve("damaged"));
    Path segment =
        Stores.files(damaged).stream()
            .filter(file -> file.toString().contains("p0") && file.toString().endsWith(".log"))
            .skip(1)
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(segment);
    bytes[140] ^= 1;
    Files.write(segment, bytes);

    Run run =
        Run.of("export", damaged, "orders/0", target, "--format", format, "--values", "stored");

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(ExitCode.PROBLEMS);
    assertThat(target).doesNotExist();
    Path part = folder.resolve("out.partial");
    assertThat(run.err()).contains("what stands before is in " + part);
    List<Event> read = read(part, format);
    assertThat(read).isNotEmpty().isEqualTo(Stores.numbered(0, read.size()));
  }

  @Test
  void aFolderThatIsThereIsRefused() throws Exception {
    Files.createDirectories(target);

    Run run = Run.of("export", store, "orders", target, "--partition-by", "day");

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("exists");
  }
}
