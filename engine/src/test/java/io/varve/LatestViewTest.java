package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.varve.base.CorruptionException;
import io.varve.base.NoSuchStreamException;
import io.varve.base.StoreClosedException;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import io.varve.format.KeyTableHeader;
import io.varve.io.Directory;
import io.varve.manifest.StoreLayout;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import io.varve.view.KeyTable;
import io.varve.view.SavedTables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Views of the latest events against a map. */
final class LatestViewTest {

  private static final StreamPartition LOG = new StreamPartition("customers", 1, 0);
  private static final StreamPartition OTHER = new StreamPartition("customers", 1, 1);

  /** Segments of a few batches of a few events. */
  private static final LogSettings TINY =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);

  private final CrashDisk disk = new CrashDisk();
  private final ManualClock clock = new ManualClock();
  private final ManualWork work = new ManualWork(1);
  private final Random ids = new Random(1);
  private final Map<String, Event> model = new HashMap<>();
  private CrashProcess process = disk.process();
  private Store store = open();
  private long eventsRead;

  private Store open() {
    return Store.open(process.root(), StoreSettings.defaults(), clock, work, process.instance(ids));
  }

  private LatestView view(LatestSettings settings) {
    eventsRead = 0;
    long[] before = {-1};
    return store.openLatest(
        "customers",
        settings,
        (log, offset, end) -> {
          eventsRead += before[0] < 0 ? 1 : offset - before[0];
          before[0] = offset;
        });
  }

  private LatestView view() {
    return view(LatestSettings.defaults());
  }

  private void append(LogWriter writer, String key, @Nullable String value) {
    Event event =
        Event.of(
            writer.nextOffset(),
            clock.wallMs(),
            key.getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8));
    while (!writer.tryAppend(event)) {
      assertThat(work.runOne()).isTrue();
    }
    if (value == null) {
      model.remove(key);
    } else {
      model.put(key, event);
    }
  }

  private void commit(LogWriter writer) {
    var answer = writer.commit();
    work.runAll();
    answer.join();
  }

  private void fill(LogWriter writer, int events, int keys, Random random) {
    for (int i = 0; i < events; i++) {
      String value = "x".repeat(random.nextInt(200));
      append(writer, "key" + random.nextInt(keys), random.nextInt(5) == 0 ? null : value);
    }
    commit(writer);
  }

  private void check(LatestView view, int keys) {
    for (int i = 0; i < keys; i++) {
      String key = "key" + i;
      LatestView.Found found = view.get(key.getBytes(UTF_8));
      assertThat(found == null ? null : found.event()).as(key).isEqualTo(model.get(key));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void isWhatAMapOfTheStreamWouldBe(int seed) {
    Random random = new Random(seed);
    LogSettings settings =
        TINY.withCodec(Codec.values()[seed % Codec.values().length])
            .withCompaction(
                seed % 2 == 0
                    ? Compaction.ON.withTombstonesMs(3000).withDirtyRatioMin(0)
                    : Compaction.OFF);
    LatestSettings kept = LatestSettings.defaults().withCacheBytes(seed % 3 == 0 ? 0 : 1 << 20);
    LogWriter writer = store.openWriter(LOG, settings, "test");
    LatestView view = view(kept);
    assertThat(view.refresh()).isFalse();
    for (int round = 0; round < 40; round++) {
      fill(writer, random.nextInt(60), 50, random);
      if (random.nextInt(3) == 0) {
        clock.advanceMs(1000);
        work.tick();
        work.runAll();
      }
      switch (random.nextInt(8)) {
        case 0 -> {
          view.close();
          view = view(kept);
        }
        case 1 -> {
          // Nobody closes anything.
          process.kill();
          process = disk.process();
          store = open();
          writer = store.openWriter(LOG, settings, "test");
          view = view(kept);
        }
        case 2 -> {
          writer.close(Duration.ZERO);
          work.runAll();
          writer = store.openWriter(LOG, settings, "test");
        }
        default -> view.refresh();
      }
      view.refresh();
      check(view, 50);
      assertThat(view.keys()).isEqualTo(model.size());
      assertThat(view.nextOffset(0)).isEqualTo(writer.nextOffset());
    }
    view.close();
  }

  @Test
  void aViewThatWasSavedIsNotMadeAnew() {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    fill(writer, 1000, 100, new Random(1));
    view().close();
    fill(writer, 10, 100, new Random(2));
    try (LatestView view = view()) {
      assertThat(eventsRead).isLessThanOrEqualTo(10);
      check(view, 100);
    }
    // So few events are not worth a new table.
    assertThat(tables()).hasSize(1);
    fill(writer, 100, 100, new Random(3));
    view().close();
    assertThat(tables()).singleElement().asString().startsWith("0".repeat(16) + "1110-");
  }

  @Test
  void aTableOfManyPagesIsSavedAndLoaded() {
    int keys = 20_000;
    LogWriter writer = store.openWriter(LOG, TINY.withSegmentBytes(1 << 20), "test");
    for (int i = 0; i < keys; i++) {
      append(writer, "key" + i, "value");
    }
    commit(writer);
    view().close();
    append(writer, "key0", "another");
    commit(writer);
    try (LatestView view = view()) {
      assertThat(eventsRead).isEqualTo(1);
      assertThat(view.keys()).isEqualTo(keys);
      check(view, keys);
    }
  }

  private List<String> tables() {
    try {
      return folder().list();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Directory folder() {
    return new StoreLayout(process.root()).log(LOG).folder("views");
  }

  @Test
  void nothingIsSavedIfNotWanted() {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    fill(writer, 100, 10, new Random(1));
    view(LatestSettings.defaults().withSaved(false)).close();
    assertThat(tables()).isEmpty();
  }

  @Test
  void whateverASavedTableSaysTheAnswersAreRight() throws IOException {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    fill(writer, 60, 6, new Random(1));
    view().close();
    String name = tables().get(0);
    ByteBuffer sound = folder().readAll(name, 1 << 20);
    for (int bit = 0; bit < sound.limit() * 8; bit++) {
      ByteBuffer damaged = ByteBuffer.allocate(sound.limit()).put(sound.duplicate()).flip();
      damaged.put(bit / 8, (byte) (damaged.get(bit / 8) ^ 1 << bit % 8));
      replace(name, damaged);
      try (LatestView view = view(LatestSettings.defaults().withSaved(false))) {
        check(view, 6);
      }
    }
    for (int length = 0; length < sound.limit(); length++) {
      replace(name, sound.duplicate().limit(length));
      try (LatestView view = view(LatestSettings.defaults().withSaved(false))) {
        check(view, 6);
      }
    }
  }

  private void replace(String name, ByteBuffer bytes) throws IOException {
    folder().delete(name);
    folder().writeAll(name, bytes);
  }

  @Test
  void aTableOfAnotherStoreOrOfALogThatWentFurtherIsPassedOver() throws IOException {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    fill(writer, 300, 20, new Random(1));
    UUID id = new StoreLayout(process.root()).marker().id();
    for (KeyTableHeader header :
        List.of(
            new KeyTableHeader(300, 1, 0, new UUID(1, 2)),
            new KeyTableHeader(301, 1, 0, id),
            new KeyTableHeader(300, 2, 0, id))) {
      folder().create();
      String name = String.format("%020d-a-1-1.keys", header.nextOffset());
      replace(name, header.encode());
      try (LatestView view = view(LatestSettings.defaults().withSaved(false))) {
        check(view, 20);
      }
      folder().delete(name);
    }
    // This one is believed; so what went before is believed to be gone.
    replace("00000000000000000300-a-1-1.keys", new KeyTableHeader(300, 1, 0, id).encode());
    try (LatestView view = view(LatestSettings.defaults().withSaved(false))) {
      assertThat(view.keys()).isZero();
    }
  }

  /** As if two keys had the same hash. */
  @Test
  void anEventOfAnotherKeyIsNeverShown() throws IOException {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    append(writer, "key0", "a");
    append(writer, "key1", "b");
    append(writer, "key2", "c");
    append(writer, "key2", null);
    commit(writer);
    UUID id = new StoreLayout(process.root()).marker().id();
    KeyTable table = new KeyTable();
    KeyHash hash = new KeyHash(id);
    for (int i = 0; i < 4; i++) {
      hash.of(Encoding.BYTES, ("key" + i).getBytes(UTF_8), 4);
      table.change(() -> table.put(hash.high(), hash.low(), 1));
    }
    new SavedTables(store.backupSource().log(LOG), id, 99).save(table, 4, 1);
    try (LatestView view = view()) {
      check(view, 4);
    }
  }

  @Test
  void aKeyIsLookedForInAllPartitionsAndNewOnesAreFound() {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    append(writer, "key0", "a");
    append(writer, "key1", "b");
    commit(writer);
    LatestView view = view();
    LogWriter other = store.openWriter(OTHER, TINY, "test");
    clock.advanceMs(1);
    append(other, "key1", "c");
    append(other, "key2", "d");
    commit(other);
    assertThat(view.refresh()).isTrue();
    check(view, 3);
    assertThat(view.get("key2".getBytes(UTF_8)).log()).isEqualTo(OTHER);
    assertThat(view.get(Encoding.STRING, "key2".getBytes(UTF_8))).isNull();
    view.close();
    assertThatThrownBy(() -> view.get(new byte[0])).isInstanceOf(StoreClosedException.class);
    assertThatThrownBy(
            () -> store.openLatest("nobody", LatestSettings.defaults(), LatestView.Listener.NONE))
        .isInstanceOf(NoSuchStreamException.class)
        .hasMessageContaining("[customers]");
  }

  @Test
  void whatRetentionTakesIsGone() {
    LogWriter writer = store.openWriter(LOG, TINY.withRetention(new Retention(5000, -1)), "test");
    LatestView view = view();
    for (int i = 0; i < 200; i++) {
      append(writer, "key" + i, "x".repeat(100));
      if (i % 10 == 9) {
        commit(writer);
        clock.advanceMs(1000);
        work.tick();
        work.runAll();
        view.refresh();
        long start = store.stats(LOG).startOffset();
        model.values().removeIf(event -> event.offset() < start);
        check(view, 200);
      }
    }
    assertThat(model).hasSizeBetween(20, 120);
    // Those that are gone don't stay in memory for ever.
    assertThat(view.keys()).isLessThan(model.size() * 3L);
    view.close();
  }

  @Test
  void damageIsToldAndNothingElseIsShown() throws IOException {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    fill(writer, 200, 20, new Random(1));
    Directory log = new StoreLayout(process.root()).log(LOG);
    try (LatestView view = view(LatestSettings.defaults().withCacheBytes(0))) {
      int damaged = 0;
      for (String name : log.list()) {
        if (name.endsWith(".log")) {
          ByteBuffer bytes = log.readAll(name, 1 << 20);
          process.flipAt(0, 8 * 150, path -> path.endsWith(name));
          for (int i = 0; i < 20; i++) {
            byte[] key = ("key" + i).getBytes(UTF_8);
            try {
              LatestView.Found found = view.get(key);
              assertThat(found == null ? null : found.event()).isEqualTo(model.get("key" + i));
            } catch (CorruptionException e) {
              assertThat(e).hasMessageContaining(name);
              damaged++;
            }
          }
          assertThat(bytes.limit()).isPositive();
          process.heal();
        }
      }
      assertThat(damaged).isPositive();
    }
  }

  @Test
  void savingDiesAtAnyCall() {
    LogWriter writer = store.openWriter(LOG, TINY, "test");
    fill(writer, 300, 20, new Random(1));
    work.runAll();
    boolean survived = false;
    for (int call = 1; !survived; call++) {
      CrashProcess dying = disk.process();
      Store there =
          Store.open(dying.root(), StoreSettings.defaults(), clock, work, dying.instance(ids));
      LatestView view =
          there.openLatest("customers", LatestSettings.defaults(), LatestView.Listener.NONE);
      dying.killAt(dying.calls() + call);
      try {
        view.close();
        survived = true;
      } catch (ProcessDied e) {
        dying.kill();
      }
      for (int seed = 0; seed < 4; seed++) {
        CrashProcess after = disk.crash(seed).process();
        Store left =
            Store.open(after.root(), StoreSettings.defaults(), clock, work, after.instance(ids));
        left.openWriter(LOG, TINY, "test");
        try (LatestView anew =
            left.openLatest("customers", LatestSettings.defaults(), LatestView.Listener.NONE)) {
          check(anew, 20);
        }
      }
    }
    assertThat(tables()).hasSizeGreaterThan(1);
    fill(writer, 300, 20, new Random(2));
    view().close();
    assertThat(tables()).as("what the dead left is taken away").hasSize(1);
  }

  @Test
  void answersBesideAWriterAndCompactionOnRealFiles(@TempDir Path folder) throws Exception {
    int keys = 200;
    StoreSettings settings = StoreSettings.defaults().withMaintenanceMs(5);
    LogSettings compacted =
        TINY.withSegmentBytes(64 << 10)
            .withCodec(Codec.LZ4)
            .withCompaction(Compaction.ON.withDirtyRatioMin(0));
    AtomicLongArray refreshed = new AtomicLongArray(keys);
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Store real = Store.open(folder, settings);
        LogWriter writer = real.openWriter(LOG, compacted, "test");
        LatestView view =
            real.openLatest(
                "customers",
                LatestSettings.defaults().withCacheBytes(100 << 10),
                LatestView.Listener.NONE)) {
      Callable<Long> asking =
          () -> {
            long asked = 0;
            for (int i = 0; !ended.get(); i = (i + 7) % keys) {
              long atLeast = refreshed.get(i);
              LatestView.Found found = view.get(("key" + i).getBytes(UTF_8));
              if (atLeast > 0) {
                assertThat(found).as("key" + i).isNotNull();
                long value = ByteBuffer.wrap(found.event().value()).getLong();
                assertThat(value).isGreaterThanOrEqualTo(atLeast);
              }
              asked++;
            }
            return asked;
          };
      Future<Long> first = threads.submit(asking);
      Future<Long> second = threads.submit(asking);
      Random random = new Random(1);
      long[] written = new long[keys];
      for (int round = 1; round <= 200; round++) {
        for (int i = 0; i < 100; i++) {
          int key = random.nextInt(keys);
          byte[] value = ByteBuffer.allocate(200).putLong(writer.nextOffset()).array();
          written[key] = writer.nextOffset();
          writer.append(Event.of(writer.nextOffset(), round, ("key" + key).getBytes(UTF_8), value));
        }
        writer.commit().get();
        view.refresh();
        for (int key = 0; key < keys; key++) {
          refreshed.set(key, written[key]);
        }
      }
      await().until(() -> writer.metrics().compaction().passes() > 1);
      view.refresh();
      ended.set(true);
      assertThat(first.get() + second.get()).isPositive();
      assertThat(writer.failure()).isNull();
      for (int key = 0; key < keys; key++) {
        LatestView.Found found = view.get(("key" + key).getBytes(UTF_8));
        assertThat(found.event().offset()).isEqualTo(written[key]);
      }
    } finally {
      ended.set(true);
      threads.shutdownNow();
    }
  }
}
