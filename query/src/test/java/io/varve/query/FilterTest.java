package io.varve.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cel.runtime.CelEvaluationException;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.field.FieldValues;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filters against CEL alone, asked about every event. */
final class FilterTest {

  private static final int FILTERS = Boolean.getBoolean("nightly") ? 100_000 : 2_000;

  @TempDir Path folder;
  private final MixedEvents mixed = new MixedEvents(11);
  private Store store;

  private void open() {
    store = Store.open(folder, StoreSettings.defaults());
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  private void index() {
    store.fieldIndexes().define("orders", MixedEvents.FIELDS);
    store
        .fieldIndexes()
        .build(
            MixedEvents.LOG,
            new ValueFields(store.schemas()),
            (events, bytes, left) -> {},
            () -> true);
  }

  private List<Long> read(String filter) {
    List<Long> offsets = new ArrayList<>();
    try (FilteredReader reader =
        EventFilter.compile(filter)
            .open(
                store,
                MixedEvents.LOG,
                ReadRange.offsets(0, store.stats(MixedEvents.LOG).nextOffset()))) {
      while (reader.next()) {
        offsets.add(reader.event().offset());
      }
      assertThat(reader.done()).isTrue();
    }
    return offsets;
  }

  private List<Long> expected(String filter) {
    EventFilter compiled = EventFilter.compile(filter);
    EventVariables variables =
        new EventVariables(MixedEvents.LOG, new AvroSchemas(store.schemas()));
    List<Long> offsets = new ArrayList<>();
    for (Event event : mixed.events) {
      variables.set(event);
      try {
        if (Boolean.TRUE.equals(compiled.program().eval(variables))) {
          offsets.add(event.offset());
        }
      } catch (CelEvaluationException e) {
        // It fails, so the event is not wanted.
      }
    }
    return offsets;
  }

  @Test
  void theEventsAreThoseOfWhichCelSaysThatTheFilterIsTrue() {
    open();
    mixed.append(store, 1_500);
    index();
    mixed.append(store, 300);
    for (int i = 0; i < FILTERS; i++) {
      String filter = mixed.filter(3);

      assertThat(read(filter)).as(filter).isEqualTo(expected(filter));
    }
  }

  @Test
  void theEventsAreTheSameWithoutIndexes() {
    open();
    mixed.append(store, 600);
    for (int i = 0; i < 200; i++) {
      String filter = mixed.filter(2);

      assertThat(read(filter)).as(filter).isEqualTo(expected(filter));
    }
  }

  @Test
  void whatIsLeftForLaterIsReadByTheNextCall() {
    open();
    mixed.append(store, 1_500);
    String filter = "value.customer_id == 7 && value.total > 10.0";
    for (boolean indexed : List.of(false, true)) {
      if (indexed) {
        index();
      }
      List<Long> offsets = new ArrayList<>();
      int leftForLater = 0;
      try (FilteredReader reader =
          EventFilter.compile(filter)
              .open(
                  store,
                  MixedEvents.LOG,
                  ReadRange.offsets(0, store.stats(MixedEvents.LOG).nextOffset()))) {
        while (!reader.done()) {
          long before = reader.position();
          int[] asked = {0};
          // Enough for one segment and one batch.
          boolean found = reader.next(() -> ++asked[0] <= 3);
          if (found) {
            offsets.add(reader.event().offset());
            assertThat(reader.position()).isGreaterThan(before);
          } else if (!reader.done()) {
            leftForLater++;
            assertThat(reader.await(Duration.ZERO)).as("there is more at once").isTrue();
          }
        }
      }

      assertThat(offsets).isEqualTo(expected(filter)).isNotEmpty();
      assertThat(leftForLater).isGreaterThan(2);
    }
  }

  @Test
  void thePositionLiesInTheLogAndWhatCannotBeWantedIsNeverSought() {
    open();
    mixed.append(store, 300);
    long end = store.stats(MixedEvents.LOG).nextOffset();
    try (FilteredReader reader =
        EventFilter.compile("offset >= " + (end - 2) + " && offset != 5")
            .open(store, MixedEvents.LOG, ReadRange.offsets(7, Long.MAX_VALUE))) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.event().offset()).isEqualTo(end - 2);
      reader.seek(0);
      assertThat(reader.next()).isTrue();
      assertThat(reader.event().offset()).isEqualTo(end - 2);
      assertThat(reader.eventsRead()).isEqualTo(2);
      reader.seek(end);
      assertThat(reader.next()).isFalse();
      assertThat(reader.position()).isEqualTo(end);
    }
    try (FilteredReader reader =
        EventFilter.compile("offset >= " + (end + 50))
            .open(store, MixedEvents.LOG, ReadRange.offsets(7, Long.MAX_VALUE))) {
      assertThat(reader.next()).isFalse();
      assertThat(reader.position()).isEqualTo(end);
    }
  }

  @Test
  void aFieldIsComparedAsCelComparesWhateverItsTypeWas() {
    open();
    mixed.append(store, 1_500);
    index();

    for (String filter :
        List.of(
            "value.customer_id == 7",
            "value.customer_id == 7.0",
            "value.customer_id == \"7\"",
            "value.customer_id != 7",
            "value.customer_id in [7, \"8\"]",
            "value.customer_id == 9007199254740992.0",
            "value.country > \"V\"",
            "value.country != \"DE\"",
            "value.total >= 100.0 && value.total < 120",
            "!(value.total > 100.0)",
            "!(value.total >= 100)",
            "!(100.0 < value.total)",
            "value.total <= 100.0 ? false : true",
            "value[\"total \"] == 1",
            "!has(value.total) && value[\"total \"] < 9",
            "!has(value.customer_id)",
            "!value.paid",
            "value == \"plain text\"",
            "value == null",
            "has(value.nowhere) || value.total == null")) {
      assertThat(read(filter)).as(filter).isEqualTo(expected(filter)).isNotEmpty();
    }
    assertThat(read("value.nowhere == 1")).isEmpty();
    assertThat(read("value.nowhere != 1")).isEmpty();
    assertThat(read("!(value.nowhere == 1)")).isEmpty();
  }

  @Test
  void fewEventsAreReadForARareValue() {
    open();
    mixed.append(store, 3_000);
    index();

    try (FilteredReader reader =
        EventFilter.compile("value.order.id == \"o-4711\" || value.order.id == 4712")
            .open(store, MixedEvents.LOG, ReadRange.offsets(0, 10_000))) {
      while (reader.next()) {
        assertThat(reader.event().value()).isNotNull();
      }
      assertThat(reader.eventsRead()).isLessThan(mixed.events.size() / 2);
    }
  }

  @Test
  void thePlanIsToldInWords() {
    open();
    mixed.append(store, 1_500);
    index();

    assertThat(explain("value.customer_id == 7 && (value.total > 1.5 || key == \"k1\")"))
        .contains("orders")
        .contains("value.customer_id == 7 and (value.total > 1.5 or key == \"k1\")")
        .contains("blocks may match")
        .contains("reads:");
    assertThat(explain("value.nowhere == 1")).contains("value.nowhere is not indexed");
    assertThat(explain("partition == 1")).contains("true of no event");
    assertThat(explain("timestamp >= timestamp(\"2026-01-01T00:00:00Z\") && offset < 9"))
        .contains("to below 9")
        .contains("2026-01-01T00:00:00Z to any");
    assertThat(explain("value.lines.exists(x, x.count > 1)")).contains("fields:   any");
  }

  private String explain(String filter) {
    return EventFilter.compile(filter).plan(MixedEvents.LOG).explain(store, ReadRange.all());
  }

  @Test
  void aWrongFilterIsRefusedWithThePlaceAndTheReason() {
    assertThatThrownBy(() -> EventFilter.compile("value.a == 1 &&\n  valu.b == 2"))
        .isInstanceOf(BadFilterException.class)
        .hasMessageContaining("line 2, column 3")
        .hasMessageContaining("valu")
        .hasMessageContaining("\n    ^");
    assertThatThrownBy(() -> EventFilter.compile("value.a = 1"))
        .isInstanceOf(BadFilterException.class)
        .hasMessageContaining("line 1, column 9");
    assertThatThrownBy(() -> EventFilter.compile("offset + 1"))
        .isInstanceOf(BadFilterException.class)
        .hasMessageContaining("gives int");
    assertThatThrownBy(() -> EventFilter.compile("offset == \"a\""))
        .isInstanceOf(BadFilterException.class)
        .hasMessageContaining("no matching overload");
    assertThatThrownBy(() -> EventFilter.compile("")).isInstanceOf(BadFilterException.class);
  }

  @Test
  void aValueThatCannotBeReadEndsTheReadingUnlessTheFilterCanDoWithout() throws Exception {
    open();
    mixed.append(store, 100);
    long offset = store.stats(MixedEvents.LOG).nextOffset();
    try (LogWriter writer = store.openWriter(MixedEvents.LOG, MixedEvents.small(), "test")) {
      writer.append(
          new Event(
              offset,
              MixedEvents.NEW_YEAR_MS,
              TimestampType.CREATE,
              Encoding.STRING,
              "k1".getBytes(StandardCharsets.UTF_8),
              Encoding.AVRO,
              new byte[] {(byte) 0xc3, 1, 9, 9, 0, 0, 0, 0, 0, 0, 2},
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED));
    }
    index();

    assertThatThrownBy(() -> read("value.customer_id == 123456"))
        .isInstanceOf(UnreadableEventException.class)
        .hasMessageContaining("offset " + offset)
        .hasMessageContaining("0000000000000909 is not in the store");
    assertThat(read("offset == " + offset)).containsExactly(offset);
    assertThat(read("value.customer_id == 123456 || offset == " + offset)).containsExactly(offset);
    assertThat(read("key == \"nobody\" && value.customer_id == 1")).isEmpty();
  }

  @Test
  void fewBytesAreNeverVeryManyValues() {
    open();
    String nulls = "{\"type\":\"array\",\"items\":\"null\"}";
    String schema =
        "{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"a\",\"type\":"
            + "{\"type\":\"array\",\"items\":"
            + nulls
            + "}}]}";
    store.schemas().put(7, schema.getBytes(StandardCharsets.UTF_8));
    // A block of 50,000 lists, each of a block of 50,000 nulls: some 200 kB.
    ByteBuffer value = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    value.putShort((short) 0x01c3).putLong(7);
    putLong(value, 50_000);
    for (int i = 0; i < 50_000; i++) {
      putLong(value, 50_000);
      putLong(value, 0);
    }
    putLong(value, 0);
    append(Arrays.copyOf(value.array(), value.position()));
    // And one of more nulls than there are numbers, after one of a single one.
    value.clear();
    value.putShort((short) 0x01c3).putLong(7);
    putLong(value, 1);
    putLong(value, 1);
    putLong(value, Long.MAX_VALUE);
    append(Arrays.copyOf(value.array(), value.position()));

    for (int offset = 0; offset < 2; offset++) {
      String filter = "offset == " + offset + " && size(value.a) > 0";
      assertThatThrownBy(() -> read(filter))
          .isInstanceOf(UnreadableEventException.class)
          .hasMessageContaining("more than 65536 values that take no bytes");
    }
  }

  private void append(byte[] avro) {
    try (LogWriter writer = store.openWriter(MixedEvents.LOG, MixedEvents.small(), "test")) {
      writer.append(
          new Event(
              writer.nextOffset(),
              MixedEvents.NEW_YEAR_MS,
              TimestampType.CREATE,
              Encoding.NONE,
              null,
              Encoding.AVRO,
              avro,
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED));
    }
  }

  private static void putLong(ByteBuffer into, long value) {
    long rest = value << 1 ^ value >> 63;
    while ((rest & ~0x7fL) != 0) {
      into.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    into.put((byte) rest);
  }

  @Test
  void damagedIndexesChangeNoAnswer() throws Exception {
    open();
    mixed.append(store, 1_500);
    index();
    String filter = "value.customer_id == 7 && value.total > 10.0";
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".fields")).toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 3] ^= 4;
      Files.write(file, bytes);
    }

    assertThat(read(filter)).isEqualTo(expected(filter)).isNotEmpty();
  }

  @Test
  void aReaderFollowsAWriterWhileIndexesAreBuilt() throws Exception {
    open();
    mixed.append(store, 10);
    store.fieldIndexes().define("orders", MixedEvents.FIELDS);
    String filter = "value.customer_id == 7 || key == \"k3\"";
    int count = 4_000;
    List<Long> found = new ArrayList<>();
    ExecutorService writing = Executors.newSingleThreadExecutor();
    try (Work builders = new ThreadedWork(1, "builder");
        Work.Repeating keeper =
            store
                .fieldIndexes()
                .keepBuilt(MixedEvents.LOG, new ValueFields(store.schemas()), builders, 5);
        FilteredReader reader =
            EventFilter.compile(filter).open(store, MixedEvents.LOG, ReadRange.all())) {
      Future<?> written = writing.submit(() -> mixed.append(store, count));
      while (!written.isDone() || reader.position() < store.stats(MixedEvents.LOG).nextOffset()) {
        while (reader.next()) {
          found.add(reader.event().offset());
        }
        reader.await(Duration.ofMillis(20));
      }
      written.get();
      keeper.close();
    } finally {
      writing.shutdown();
    }

    assertThat(found).isEqualTo(expected(filter)).isNotEmpty();
    index();
    assertThat(read(filter)).isEqualTo(found);
  }

  @Test
  void fieldsOfHostileValuesAreNeverAnError() {
    open();
    mixed.append(store, 300);
    FieldValues values = new FieldValues(MixedEvents.FIELDS);
    var extractor = new ValueFields(store.schemas()).of(MixedEvents.FIELDS);
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      Event event = mixed.events.get(random.nextInt(mixed.events.size()));
      byte[] value = event.value();
      if (value == null || value.length == 0) {
        continue;
      }
      byte[] changed = Arrays.copyOf(value, 1 + random.nextInt(value.length));
      for (int n = random.nextInt(4); n >= 0; n--) {
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      EventView hostile =
          new Event(
              0,
              0,
              TimestampType.CREATE,
              Encoding.NONE,
              null,
              event.valueEncoding(),
              changed,
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED);
      extractor.extract(hostile, values);
      EventVariables variables =
          new EventVariables(MixedEvents.LOG, new AvroSchemas(store.schemas()));
      variables.set(hostile);
      Object read = variables.find("value").orElse(null);

      assertThat(read == null).isEqualTo(variables.failure() != null);
    }
  }
}
