package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.field.FieldBuild;
import io.varve.field.FieldValues;
import io.varve.field.KeyRange;
import io.varve.field.WordFields;
import io.varve.format.Codec;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.manifest.StoreLayout;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What field indexes lead to, against a look at every event. */
final class FieldIndexTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final List<String> FIELDS = List.of("a", "b", "c");
  private static final WordFields WORDS = new WordFields();
  private static final LogSettings SMALL =
      LogSettings.defaults().withSegmentBytes(32 << 10).withBatchBytes(1024).withCodec(Codec.LZ4);
  private static final int CONDITIONS = Boolean.getBoolean("nightly") ? 100_000 : 3_000;

  private CrashDisk disk = new CrashDisk();
  private final ManualClock clock = new ManualClock();
  private final ManualWork work = new ManualWork(1);
  private final Random ids = new Random(1);
  private final Random random = new Random(7);
  private int oneUnreadableOf = 500;
  private final List<Event> events = new ArrayList<>();
  private CrashProcess process = disk.process();
  private Store store = open();

  private Store open() {
    return Store.open(process.root(), StoreSettings.defaults(), clock, work, process.instance(ids));
  }

  private void append(int count) {
    LogWriter writer = store.openWriter(LOG, SMALL, "test");
    for (int i = 0; i < count; i++) {
      Event event =
          Event.of(
              writer.nextOffset(),
              clock.wallMs(),
              ("k" + random.nextInt(2_000)).getBytes(UTF_8),
              value().getBytes(UTF_8));
      events.add(event);
      while (!writer.tryAppend(event)) {
        assertThat(work.runOne()).isTrue();
      }
    }
    var answer = writer.commit();
    work.runAll();
    answer.join();
    writer.abandon();
  }

  private String value() {
    if (random.nextInt(oneUnreadableOf) == 0) {
      return "?";
    }
    StringBuilder value = new StringBuilder("rest=o" + "x".repeat(random.nextInt(40)));
    for (String field : FIELDS) {
      if (random.nextInt(10) > 0) {
        value.append(' ').append(field).append('=').append(word(field));
      }
    }
    return value.toString();
  }

  /** Few different values of a, more of b, many of c; sometimes of another type. */
  private String word(String field) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      return "n";
    }
    if (kind == 1) {
      return "z" + random.nextInt(2);
    }
    if (kind == 2) {
      return "t" + random.nextInt(1000);
    }
    if (kind == 3) {
      return "b" + Base64.getEncoder().encodeToString(new byte[] {(byte) random.nextInt(4), 1});
    }
    return switch (field) {
      case "a" -> text("country-" + random.nextInt(5));
      case "b" ->
          random.nextBoolean() ? "i" + random.nextInt(300) : "d" + random.nextInt(300) / 2.0;
      default -> random.nextInt(3) == 0 ? text(unique()) : "i" + (random.nextLong() >> 20);
    };
  }

  private String unique() {
    return "order-" + "y".repeat(random.nextInt(3) * 70) + Integer.toHexString(random.nextInt());
  }

  private static String text(String text) {
    return "s" + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private FieldBuild.Report build() {
    return store.fieldIndexes().build(LOG, WORDS, (e, b, left) -> {}, () -> true);
  }

  private List<Long> read(Condition condition) {
    return read(condition, events.size());
  }

  private List<Long> read(Condition condition, long end) {
    FieldValues values = new FieldValues(FIELDS);
    List<Long> offsets = new ArrayList<>();
    try (LogReader reader =
        store.fieldIndexes().openReader(LOG, ReadRange.offsets(0, end), condition, WORDS.id())) {
      while (reader.next()) {
        WORDS.of(FIELDS).extract(reader.event(), values);
        if (values.meet(condition)) {
          offsets.add(reader.event().offset());
        }
      }
      assertThat(reader.done()).isTrue();
    }
    return offsets;
  }

  private List<Long> expected(Condition condition) {
    FieldValues values = new FieldValues(FIELDS);
    List<Long> offsets = new ArrayList<>();
    for (Event event : events) {
      WORDS.of(FIELDS).extract(event, values);
      if (values.meet(condition)) {
        offsets.add(event.offset());
      }
    }
    return offsets;
  }

  private Condition condition(int depth) {
    int kind = depth == 0 ? 9 : random.nextInt(10);
    if (kind == 0) {
      return random.nextBoolean() ? Condition.all() : Condition.none();
    }
    if (kind < 4) {
      return Condition.and(condition(depth - 1), condition(depth - 1));
    }
    if (kind < 6) {
      return Condition.or(condition(depth - 1), condition(depth - 1));
    }
    String field = List.of("a", "b", "c", "d").get(random.nextInt(20) == 0 ? 3 : random.nextInt(3));
    KeyRange[] ranges = new KeyRange[1 + random.nextInt(3)];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = range();
    }
    return Condition.in(field, ranges);
  }

  private KeyRange range() {
    return switch (random.nextInt(14)) {
      case 0 -> KeyRange.missing();
      case 1 -> KeyRange.nothing();
      case 2 -> KeyRange.present();
      case 3 -> KeyRange.equalTo(random.nextBoolean());
      case 4 -> KeyRange.equalTo((long) random.nextInt(320));
      case 5 -> KeyRange.equalTo(random.nextInt(640) / 2.0);
      case 6 -> KeyRange.equalTo("country-" + random.nextInt(6));
      case 7 -> KeyRange.atMost((long) random.nextInt(100) - 50);
      case 8 -> KeyRange.atLeast(random.nextInt(400) - 50.5);
      case 9 -> KeyRange.beginningWith("order-" + Integer.toHexString(random.nextInt(256)));
      case 10 -> KeyRange.atMost(unique());
      case 11 -> KeyRange.atLeastTime(0, random.nextInt(1_000_000_000));
      case 12 -> KeyRange.equalTo(new byte[] {(byte) random.nextInt(5), 1});
      default -> someKey();
    };
  }

  /** The value that some event has in the third field, so that it is there once, or twice. */
  private KeyRange someKey() {
    String value = new String(events.get(random.nextInt(events.size())).value(), UTF_8);
    int at = value.indexOf(" c=i");
    return at < 0 ? KeyRange.nothing() : KeyRange.equalTo(Long.parseLong(value.substring(at + 4)));
  }

  @Test
  void aReaderComesByAllEventsThatMeetTheCondition() {
    append(6_000);
    store.fieldIndexes().define("orders", FIELDS);
    assertThat(build().built()).isGreaterThan(3);
    append(500);
    List<Condition> conditions = new ArrayList<>();
    for (int i = 0; i < CONDITIONS; i++) {
      conditions.add(condition(3));
    }

    for (Condition condition : conditions) {
      assertThat(read(condition)).as("%s", condition).isEqualTo(expected(condition));
    }
  }

  @Test
  void oneKeyAmongMostlyUniqueOnesLeadsToOneBlock() {
    oneUnreadableOf = 3_000;
    append(12_000);
    store.fieldIndexes().define("orders", FIELDS);
    build();
    KeyRange key = KeyRange.nothing();
    while (key.from().length == 1) {
      key = someKey();
    }

    FieldSearchReport report =
        store.fieldIndexes().estimate(LOG, ReadRange.all(), Condition.in("c", key), WORDS.id());

    assertThat(report.segmentsWhole()).isZero();
    assertThat(report.blocksTotal()).isGreaterThan(10);
    long unreadable =
        events.stream().filter(event -> new String(event.value(), UTF_8).equals("?")).count();
    assertThat(report.blocksTotal()).isGreaterThan(unreadable + 2);
    // The key's own, which may be there twice, and those with events that can't be read.
    assertThat(report.blocksWanted()).isLessThanOrEqualTo(unreadable + 2);
  }

  @Test
  void aFieldThatIsAddedLaterIsBuiltAlone() {
    append(3_000);
    FieldIndexes indexes = store.fieldIndexes();
    indexes.define("orders", List.of("a"));
    int segments = build().built();
    assertThat(build().built()).isZero();

    indexes.define("orders", List.of("a", "b"));

    assertThat(build().built()).isEqualTo(segments);
    assertThat(indexes.status(LOG, "words").indexedSegments())
        .containsEntry("a", segments)
        .containsEntry("b", segments);
    Condition both =
        Condition.and(
            Condition.in("a", KeyRange.equalTo("country-1")),
            Condition.in("b", KeyRange.equalTo(7L)));
    assertThat(read(both)).isEqualTo(expected(both));
    indexes.define("orders", List.of());
    build();
    assertThat(fields().contains("x")).isFalse();
    assertThat(names()).isEmpty();
    assertThat(read(both)).isEqualTo(expected(both));
  }

  @Test
  void anIndexOfAnotherWayToFindValuesIsOfNoUse() {
    append(3_000);
    store.fieldIndexes().define("orders", FIELDS);
    build();

    FieldSearchReport report =
        store
            .fieldIndexes()
            .estimate(LOG, ReadRange.all(), Condition.in("a", KeyRange.nothing()), "another way");

    assertThat(report.segmentsIndexed()).isZero();
  }

  private Directory fields() {
    return new StoreLayout(process.root()).log(LOG).folder("fields");
  }

  private List<String> names() {
    try {
      return fields().list().stream().filter(name -> name.endsWith(".fields")).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whateverIsDamagedInAnIndexNoAnswerIsWrong() throws IOException {
    append(2_000);
    store.fieldIndexes().define("orders", FIELDS);
    build();
    int files = names().size();
    List<Condition> conditions =
        List.of(
            Condition.in("a", KeyRange.equalTo("country-1")),
            Condition.in("b", KeyRange.equalTo(7L)),
            Condition.in("c", someKey()));
    List<List<Long>> expected = conditions.stream().map(this::expected).toList();

    for (int i = 0; i < 400; i++) {
      String name = names().get(random.nextInt(files));
      byte[] bytes = bytes(name);
      if (random.nextInt(4) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      } else {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      fields().delete(name);
      fields().writeAll(name, ByteBuffer.wrap(bytes));

      for (int c = 0; c < conditions.size(); c++) {
        assertThat(read(conditions.get(c))).isEqualTo(expected.get(c));
      }

      fields().delete(name);
      build();
      assertThat(names()).hasSize(files);
    }
  }

  private byte[] bytes(String name) throws IOException {
    try (ReadFile file = fields().open(name)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.length());
      file.read(bytes, 0);
      return bytes.array();
    }
  }

  @Test
  void segmentsThatCompactionWroteAnewGetNewIndexesAndTheOldOnesGo() {
    clock.advanceMs(1);
    store.fieldIndexes().define("orders", FIELDS);
    append(3_000);
    build();
    List<String> before = names();
    LogSettings compacted =
        SMALL.withCompaction(Compaction.ON.withDirtyRatioMin(0).withTombstonesMs(0));
    LogWriter writer = store.openWriter(LOG, compacted, "test");
    for (int i = 0; i < 200; i++) {
      clock.advanceMs(60_000);
      work.tick();
      work.runAll();
    }
    assertThat(writer.metrics().compaction().eventsRemoved()).isPositive();
    writer.abandon();
    events.clear();
    long end = store.stats(LOG).nextOffset();
    try (LogReader reader = store.openReader(LOG, ReadRange.offsets(0, end))) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }

    build();

    assertThat(names()).isNotEmpty().doesNotContainAnyElementsOf(before);
    for (int i = 0; i < 300; i++) {
      Condition condition = condition(2);
      assertThat(read(condition, end)).as("%s", condition).isEqualTo(expected(condition));
    }
  }

  @Test
  void aDamagedSegmentHasNoIndexAndTheOthersHave() throws IOException {
    append(3_000);
    store.fieldIndexes().define("orders", FIELDS);
    Directory folder = new StoreLayout(process.root()).log(LOG);
    String segment =
        folder.list().stream().filter(name -> name.endsWith(".log")).sorted().toList().get(1);
    String path = "streams/orders/g1/p0/" + segment;
    byte[] bytes = disk.bytes(path);
    bytes[500] ^= 1;
    disk.overwrite(path, bytes);

    assertThatThrownBy(this::build)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(segment);
    FieldIndexes.Status status = store.fieldIndexes().status(LOG, "words");
    assertThat(status.indexedSegments()).containsEntry("a", status.segments() - 1);
  }

  @Test
  void twoWhoBuildLeaveOneAnothersSegmentsAlone() throws IOException {
    append(2_000);
    store.fieldIndexes().define("orders", List.of("a"));
    CrashProcess other = disk.process();
    Store others =
        Store.open(other.root(), StoreSettings.defaults(), clock, work, other.instance(ids));
    List<FieldBuild.Report> reports = new ArrayList<>();
    FieldBuild.Report first =
        store
            .fieldIndexes()
            .build(
                LOG,
                WORDS,
                (e, b, left) -> {
                  if (reports.isEmpty()) {
                    reports.add(
                        others.fieldIndexes().build(LOG, WORDS, (e2, b2, l2) -> {}, () -> true));
                  }
                },
                () -> true);

    assertThat(reports.get(0).elsewhere()).isEqualTo(1);
    assertThat(reports.get(0).built()).isEqualTo(first.segments() - 1);
    assertThat(build().built()).isZero();
    assertThat(fields().list()).noneMatch(name -> name.startsWith("new-"));
  }

  @Test
  void aKeeperBuildsEachSegmentSoonAfterItIsSealed() {
    store.fieldIndexes().define("orders", List.of("a"));
    append(1_000);
    Work.Repeating keeper = store.fieldIndexes().keepBuilt(LOG, WORDS, work, 1_000);
    work.tick();
    work.runAll();
    int built = names().size();
    append(1_000);
    work.tick();
    work.runAll();

    assertThat(built).isPositive();
    assertThat(names()).hasSizeGreaterThan(built);

    keeper.close();
    int last = names().size();
    append(1_000);
    work.tick();
    work.runAll();
    assertThat(names()).hasSize(last);
  }

  @Test
  void aKeeperTellsWhatItDoesAndTriesLessOftenWhatFails() throws IOException {
    append(3_000);
    Directory folder = new StoreLayout(process.root()).log(LOG);
    String segment =
        folder.list().stream().filter(name -> name.endsWith(".log")).sorted().toList().get(1);
    String path = "streams/orders/g1/p0/" + segment;
    byte[] sound = disk.bytes(path);
    byte[] bytes = sound.clone();
    bytes[500] ^= 1;
    disk.overwrite(path, bytes);
    store.fieldIndexes().define("orders", List.of("a"));
    List<String> told = new ArrayList<>();
    FieldIndexes.Watch watch =
        new FieldIndexes.Watch() {
          @Override
          public void built(FieldBuild.Report report) {
            told.add("built " + report.built());
          }

          @Override
          public void failed(Exception cause) {
            told.add("failed");
          }
        };
    try (Work.Repeating keeper = store.fieldIndexes().keepBuilt(LOG, WORDS, work, 1_000, watch)) {
      for (int i = 0; i < 10; i++) {
        work.tick();
        work.runAll();
      }
      assertThat(told).as("at once, then after 1, 2 and 3").hasSize(4).containsOnly("failed");
      disk.overwrite(path, sound);
      for (int i = 0; i < 5; i++) {
        work.tick();
        work.runAll();
      }
      assertThat(told).hasSize(5).endsWith("built 1");
      keeper.close();
    }
  }

  @Test
  void theListOfFieldsIsWhatWasDefinedLast() {
    append(10);
    for (int i = 0; i < 5; i++) {
      store.fieldIndexes().define("orders", List.of("f" + i, "g"));
    }

    assertThat(store.fieldIndexes().fields("orders")).containsExactly("f4", "g");
    assertThat(store.fieldIndexes().fields("unknown")).isEmpty();
    assertThatThrownBy(() -> store.fieldIndexes().define("orders", List.of("a", "a")))
        .isInstanceOf(BadSettingException.class);
    assertThat(store.generations("orders")).containsExactly(1);
  }

  @Test
  void aBuildThatDiesLeavesNothingThatCounts() {
    append(2_000);
    store.fieldIndexes().define("orders", FIELDS);
    Condition condition = Condition.in("a", KeyRange.equalTo("country-1"));
    List<Long> expected = expected(condition);
    for (int call = 1; ; call += 3) {
      process.killAt(process.calls() + call);
      boolean died = false;
      try {
        store.fieldIndexes().build(LOG, WORDS, (e, b, left) -> {}, () -> true);
      } catch (ProcessDied e) {
        died = true;
      }
      disk = disk.crash(random.nextLong());
      process = disk.process();
      store = open();
      store.openWriter(LOG, SMALL, "test").abandon();
      assertThat(read(condition)).isEqualTo(expected);
      if (!died) {
        break;
      }
    }
    build();
    assertThat(build().built()).isZero();
    assertThat(names()).isNotEmpty();
  }
}
