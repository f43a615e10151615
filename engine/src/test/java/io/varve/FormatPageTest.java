package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.dedup.DedupExamples;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.field.FieldExtractor;
import io.varve.format.CommitMark;
import io.varve.format.FileCopy;
import io.varve.format.Loss;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.Owner;
import io.varve.format.OwnerFile;
import io.varve.format.Point;
import io.varve.format.Point.LogCopy;
import io.varve.format.ReaderLease;
import io.varve.format.RepositoryMarker;
import io.varve.format.SegmentEntry;
import io.varve.format.Snapshot;
import io.varve.io.PosixDirectory;
import io.varve.manifest.LogFolder;
import io.varve.state.ByteSpan;
import io.varve.state.Expiry;
import io.varve.state.SnapshotFile;
import io.varve.state.StateMemory;
import io.varve.state.StateSnapshot;
import io.varve.state.StateStore;
import io.varve.state.StateStoreSettings;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.view.KeyTable;
import io.varve.view.SavedTables;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked examples of {@code docs/FORMAT.md} are, byte for byte, what the code writes. */
final class FormatPageTest {

  private static final Path PAGE = Path.of("..", "docs", "FORMAT.md");
  private static final Pattern BLOCK =
      Pattern.compile("```hex ([^\\n]+)\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINE =
      Pattern.compile("([0-9a-f]{4})  ((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  .*)?");
  private static final long NOON = 1_795_176_000_000L;
  private static final Owner.Instance INSTANCE =
      new Owner.Instance("p", "00112233-4455-6677-8899-aabbccddeeff");

  @TempDir Path folder;

  @Test
  void theExamplesOfThePageAreWhatTheCodeWrites() throws IOException {
    Map<String, String> page = new LinkedHashMap<>();
    examplesOf(Files.readString(PAGE)).forEach((name, bytes) -> page.put(name, hex(bytes)));
    Map<String, String> code = new LinkedHashMap<>();
    written().forEach((name, bytes) -> code.put(name, hex(bytes)));
    assertThat(page).isEqualTo(code);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  private static Map<String, byte[]> examplesOf(String page) {
    Map<String, byte[]> examples = new LinkedHashMap<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (String text : block.group(2).split("\n")) {
        Matcher line = LINE.matcher(text);
        assertThat(line.matches()).as(block.group(1) + ": " + text).isTrue();
        assertThat(Integer.parseInt(line.group(1), 16)).as(text).isEqualTo(bytes.size());
        bytes.writeBytes(HexFormat.ofDelimiter(" ").parseHex(line.group(2)));
      }
      examples.put(block.group(1), bytes.toByteArray());
    }
    return examples;
  }

  /** What the page describes: one log with a segment of two events, sealed when it was closed. */
  private Map<String, byte[]> written() {
    CrashDisk disk = new CrashDisk();
    CrashProcess process = disk.process();
    ManualClock clock = new ManualClock();
    clock.advanceMs(NOON - clock.wallMs());
    ManualWork work = new ManualWork(0);
    Store store = Store.open(process.root(), StoreSettings.defaults(), clock, work, INSTANCE);
    store.schemas().put(0x0123456789abcdefL, "\"int\"".getBytes(StandardCharsets.UTF_8));
    LogWriter writer =
        store.openWriter(new StreamPartition("orders", 1, 0), LogSettings.defaults(), "demo");
    writer.append(
        new Event(
            5,
            NOON,
            TimestampType.CREATE,
            Encoding.STRING,
            "k1".getBytes(StandardCharsets.UTF_8),
            Encoding.STRING,
            "hello".getBytes(StandardCharsets.UTF_8),
            Headers.builder().add("h", new byte[] {1}).build(),
            null,
            Event.NOT_DELAYED));
    writer.append(
        new Event(
            7,
            NOON - 10,
            TimestampType.CREATE,
            Encoding.NONE,
            null,
            Encoding.NONE,
            null,
            Headers.EMPTY,
            null,
            Event.NOT_DELAYED));
    writer.close(Duration.ZERO);
    work.runAll();
    store.fieldIndexes().define("orders", List.of("size"));
    store
        .fieldIndexes()
        .build(
            new StreamPartition("orders", 1, 0), new ValueSize(), (e, b, left) -> {}, () -> true);

    String log = "streams/orders/g1/p0/";
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String file :
        List.of(
            "STORE",
            log + "00000000000000000005-1.log",
            log + "00000000000000000005-1-1.idx",
            "streams/orders/fields/00000000000000000001.list",
            log + "fields/00000000000000000005-1-20cd0c63.fields",
            "schemas/0123456789abcdef")) {
      files.put(file, disk.bytes(file));
    }
    SegmentEntry sealed = new SegmentEntry(5, 1, 156, 7, 2, NOON - 10, NOON, NOON, true, 1);
    Manifest manifest =
        new Manifest(
            4,
            2,
            new Owner("demo", "host", 42, INSTANCE),
            false,
            NOON,
            5,
            8,
            List.of(sealed),
            new OpenSegment(8, 2, NOON),
            List.of());
    CommitMark mark = new CommitMark(1, 8, 164, 9, 1);
    files.put(log + "manifest/00000000000000000004.manifest", bytes(manifest.encode()));
    files.put("the first 64 bytes of " + log + "commit-2", bytes(mark.encode()));
    files.put(
        log + "snapshots/before.snapshot", bytes(new Snapshot(NOON, manifest, mark).encode()));
    files.put(log + "views/00000000000000000008-a-1-0.keys", table());
    files.put("a reader's lease", bytes(new ReaderLease(5).encode()));
    files.put(
        "damaged/00000000000000000005-1.log.lost",
        bytes(new Loss("00000000000000000005-1.log", 2, List.of(new Loss.Range(5, 8))).encode()));
    files.put(
        "subscriptions/mails/2.owner",
        bytes(new OwnerFile(2, new Owner("subscription mails", "host", 42, INSTANCE)).encode()));
    files.put("REPOSITORY", bytes(new RepositoryMarker(NOON).encode()));
    files.put(
        "points/00000000000000000001.point",
        bytes(
            new Point(
                    1,
                    UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                    NOON,
                    List.of(
                        new LogCopy(
                            new StreamPartition("orders", 1, 0),
                            manifest.closedWith(List.of(sealed), 8),
                            List.of(copyOf(log + "00000000000000000005-1.log", files)))),
                    List.of(copyOf("schemas/0123456789abcdef", files)))
                .encode()));
    files.putAll(timers());
    UUID storeId = UUID.fromString(INSTANCE.nonce());
    files.put("a page of ids", DedupExamples.page(NOON));
    files.put(
        "the first 81 bytes of what a bucket says of itself",
        Arrays.copyOf(DedupExamples.meta(storeId, NOON), 81));
    files.putAll(state());
    return files;
  }

  /** A scheduler that has released one event, and saved that another waits for midnight. */
  private static Map<String, byte[]> timers() {
    CrashDisk disk = new CrashDisk();
    ManualClock clock = new ManualClock();
    clock.advanceMs(NOON - clock.wallMs());
    ManualWork work = new ManualWork(0);
    Store store =
        Store.open(disk.process().root(), StoreSettings.defaults(), clock, work, INSTANCE);
    StreamPartition log = new StreamPartition("orders", 1, 0);
    LogWriter writer = store.openWriter(log, LogSettings.defaults(), "demo");
    byte[] value = "hello".getBytes(StandardCharsets.UTF_8);
    writer.append(Delayed.at(Event.of(0, NOON, null, value), NOON + 1000, "a"));
    writer.append(Delayed.every(Event.of(1, NOON, null, value), "0 0 * * *", NOON, "b"));
    writer.commit();
    work.runAll();
    Scheduler scheduler = store.openScheduler(log, SchedulerSettings.of("orders"), "demo");
    for (long passMs : new long[] {1000, 61_000, 0}) {
      scheduler.step();
      work.runAll();
      clock.advanceMs(passMs);
      scheduler.step();
      work.runAll();
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (LogReader ready =
        store.openReader(new StreamPartition("orders.ready", 1, 0), ReadRange.all())) {
      assertThat(ready.next()).isTrue();
      Headers headers = ready.event().headers();
      files.put("the value of the header varve.release", headers.value(headers.count() - 1));
    }
    for (String file : disk.files().stream().sorted().toList()) {
      if (file.contains("/timers/")) {
        files.put(file, disk.bytes(file));
      }
    }
    scheduler.abandon();
    return files;
  }

  /** One field, which an event with a value has: how long that is. */
  private static final class ValueSize implements FieldExtractor.Kind {
    @Override
    public String id() {
      return "demo";
    }

    @Override
    public FieldExtractor of(List<String> fields) {
      return (event, into) -> {
        into.clear();
        if (event.valueLength() >= 0) {
          into.at(0).number(event.valueLength());
        }
      };
    }
  }

  /** A snapshot of keyed state, and pieces of records that are larger than a page has room for. */
  private Map<String, byte[]> state() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Work work = new ThreadedWork(1, "format")) {
      byte[] meta =
          snapshot(
              "example",
              work,
              files,
              store -> {
                store.values(0).put(1, span("k1"), span("hello"));
                store.values(0).put(1, span("k2"), span("gone"));
                store.values(0).clear(1, span("k2"));
                store.lists(1).append(1, span("k1"), span("ab"));
                store.maps(2).put(1, span("k1"), span("a"), span("1"));
                store.ordered(3).add(1, span("t1"));
              });
      files.put("the meta of that snapshot, inflated from byte 12 on", inflated(meta));
      Map<String, byte[]> large = new LinkedHashMap<>();
      snapshot(
          "large",
          work,
          large,
          store -> {
            store.lists(1).append(1, span("k1"), span("ab".repeat(300)));
            store.maps(2).put(1, span("k1"), span("user key"), span("cd".repeat(100)));
            for (int i = 0; i < 70; i++) {
              store.maps(3).put(1, span("k1"), span("long user key " + (10 + i)), span("1"));
            }
          });
      ByteBuffer pages =
          ByteBuffer.wrap(large.values().iterator().next()).order(ByteOrder.LITTLE_ENDIAN);
      int key = 28 + 2;
      int chunk = valueOf(pages, 1, 5) - key;
      files.put("the first 40 bytes of the record of a list's chunk", part(pages, chunk, 40));
      int entry = valueOf(pages, 2, 3) - key;
      files.put("the first 56 bytes of the record of an entry", part(pages, entry, 56));
      int leaf = valueOf(pages, 2, 1);
      int leafEnd = leaf + pages.getInt(leaf - key + 4);
      files.put("the last 12 bytes of the leaf above that entry", part(pages, leafEnd - 12, 12));
      int inner = valueOf(pages, 3, 2);
      int innerEnd = inner + pages.getInt(inner - key + 4);
      files.put("the first 44 bytes of the value of an inner node", part(pages, inner, 44));
      files.put("the last 23 bytes of that value", part(pages, innerEnd - 23, 23));
      Map<String, byte[]> timed = new LinkedHashMap<>();
      snapshot(
          "timed",
          work,
          timed,
          store -> {
            store.expire(store.values(0), new Expiry(0, 1000, new ManualClock()));
            byte[] noon = ByteBuffer.allocate(8).putLong(NOON).array();
            store.values(0).put(1, span("k1"), new ByteSpan().wrap(noon));
          });
      byte[] file = timed.values().iterator().next();
      files.put(
          "the last 32 bytes of a footer of version 2",
          Arrays.copyOfRange(file, file.length - 64 - 32, file.length - 64));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  private byte[] snapshot(
      String nonce, Work work, Map<String, byte[]> files, Consumer<StateStore> fill)
      throws IOException {
    ByteArrayOutputStream meta = new ByteArrayOutputStream();
    try (StateStore store =
        StateStore.open(
            new StateStoreSettings(0, 1, nonce),
            new PosixDirectory(folder.resolve(nonce)),
            StateMemory.direct(StateMemory.STORE_BYTES_MIN),
            work)) {
      fill.accept(store);
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
        for (SnapshotFile file : snapshot.files()) {
          ByteBuffer bytes = ByteBuffer.allocate((int) file.bytes());
          file.source().read(bytes, 0);
          files.put(file.name(), bytes.array());
        }
        snapshot.writeMeta(meta);
      }
    }
    return meta.toByteArray();
  }

  /** Where in a file the value begins of the first record of that table and kind. */
  private static int valueOf(ByteBuffer file, int table, int kind) {
    int at = 64;
    while (true) {
      int value = at + 28 + file.getInt(at + 16);
      if (file.getShort(at + 20) == table && file.get(value) == kind) {
        return value;
      }
      at = (value + file.getInt(at + 8) + 7) & ~7;
    }
  }

  private static byte[] part(ByteBuffer from, int at, int length) {
    byte[] part = new byte[length];
    from.get(at, part);
    return part;
  }

  private static byte[] inflated(byte[] meta) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(meta, 0, 12);
    new InflaterInputStream(new ByteArrayInputStream(meta, 12, meta.length - 12)).transferTo(out);
    return out.toByteArray();
  }

  private static ByteSpan span(String text) {
    return new ByteSpan().wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] table() {
    UUID storeId = UUID.fromString(INSTANCE.nonce());
    KeyHash hash = new KeyHash(storeId);
    hash.of(Encoding.STRING, new byte[] {'k', '1'}, 2);
    KeyTable table = new KeyTable();
    table.change(() -> table.put(hash.high(), hash.low(), 5));
    CrashDisk disk = new CrashDisk();
    CrashProcess process = disk.process();
    Store store =
        Store.open(
            process.root(),
            StoreSettings.defaults(),
            new ManualClock(),
            new ManualWork(0),
            process.instance(new Random(1)));
    LogFolder folder = store.backupSource().log(new StreamPartition("orders", 1, 0));
    try {
      new SavedTables(folder, storeId, 1).save(table, 8, 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return disk.files().stream()
        .filter(file -> file.endsWith(".keys"))
        .map(disk::bytes)
        .findFirst()
        .orElseThrow();
  }

  private static FileCopy copyOf(String file, Map<String, byte[]> files) {
    byte[] bytes = files.get(file);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return new FileCopy(
        file.substring(file.lastIndexOf('/') + 1), bytes.length, (int) crc.getValue());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
