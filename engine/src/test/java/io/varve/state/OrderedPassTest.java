package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.io.ReadFile;
import io.varve.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cleaning pass that puts records in order by their owners. */
final class OrderedPassTest {

  private static final int TABLE = 1;
  private static final int OWNERS = 3_000;
  private static final int RECORDS_EACH = 12;
  private static final int VALUE_BYTES = 40;
  private static final long TTL_MS = 1_000;

  private final MemoryFolder folder = new MemoryFolder();
  private final StateFiles files = new StateFiles(folder, "pass", Runnable::run);
  private final ManualClock clock = new ManualClock();
  private final Expiries expiries = new Expiries();
  private final List<LogImage.Part> parts = new ArrayList<>();
  private final Random random = new Random(3);

  /** Owner and suffix of records that are alive and last. */
  private final Set<Long> lasting = new HashSet<>();

  private final Set<Long> expiring = new HashSet<>();

  @BeforeEach
  void write() throws IOException {
    List<Long> records = new ArrayList<>();
    for (long owner = 0; owner < OWNERS; owner++) {
      for (int suffix = 0; suffix < RECORDS_EACH; suffix++) {
        records.add(owner << 32 | suffix);
      }
    }
    Collections.shuffle(records, random);
    StateFileWriter writer =
        StateFileWriter.create(files, new TimestampsBuilder(expiries::of, true));
    ByteBuffer page = page();
    List<Long> inPage = new ArrayList<>();
    int used = 0;
    for (long record : records) {
      int bytes = RecordLayout.bytes(8, VALUE_BYTES);
      if (used + bytes > Page.BYTES) {
        add(writer, page, used, inPage);
        page = page();
        used = 0;
        inPage.clear();
      }
      ByteSpan key = key(record);
      int suffix = (int) record;
      int hash = RecordLayout.hash(RecordLayout.hash(0, key), suffix);
      RecordLayout.write(page, used, TABLE, 0, key, suffix, hash, VALUE_BYTES, VALUE_BYTES);
      long timestamp = clock.wallMs() + (suffix % 3 == 0 ? 0 : 1);
      page.putLong(RecordLayout.valueAt(page, used), Long.reverseBytes(timestamp));
      inPage.add(record);
      used += bytes;
    }
    add(writer, page, used, inPage);
    writer.finish();
  }

  private static ByteBuffer page() {
    return ByteBuffer.allocateDirect(Page.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteSpan key(long record) {
    return new ByteSpan().wrap(ByteBuffer.allocate(8).putLong(record >>> 32).array());
  }

  /** Every tenth of its records is dead. */
  private void add(StateFileWriter writer, ByteBuffer bytes, int used, List<Long> records)
      throws IOException {
    Page page = new Page(parts.size() + 1);
    page.used = used;
    page.file = writer.file();
    page.indexInFile = writer.pages();
    page.filePosition = writer.page(bytes, used);
    page.written = true;
    long[] dead = new long[Page.wordsFor(used)];
    int at = 0;
    for (int i = 0; i < records.size(); i++) {
      page.digest += RecordLayout.digest(bytes, at, at);
      if (i % 10 == 9) {
        Page.setDead(dead, at);
      } else {
        ((int) (long) records.get(i) % 3 == 0 ? expiring : lasting).add(records.get(i));
      }
      at += RecordLayout.bytes(bytes, at);
    }
    parts.add(new LogImage.Part(page, dead));
  }

  private CleaningPass pass(OwnerOrder order) {
    return new CleaningPass(files, parts, expiries.now(), new CleaningPass.Buffers(), order);
  }

  private static OwnerOrder order(int pages) {
    return new OwnerOrder(pages * OwnerOrder.BYTES_MIN);
  }

  /** What a pass has done. */
  private static final class Cleaned {
    /** Owner and suffix, in the order in which they lie. */
    final List<Long> records = new ArrayList<>();

    final Set<Long> gone = new HashSet<>();
    boolean grouped = true;
  }

  private Cleaned run(CleaningPass pass) throws IOException {
    Cleaned cleaned = new Cleaned();
    while (!pass.done()) {
      CleaningPass.Slice slice = pass.slice();
      if (slice == null) {
        continue;
      }
      ExpiredRecords gone = slice.gone();
      for (int i = 0; i < gone.count(); i++) {
        cleaned.gone.add(record(gone.page(i), gone.at(i), gone.bytes(i)));
      }
      CleanedFile file = slice.file();
      if (file == null) {
        continue;
      }
      cleaned.grouped &= file.file().isGrouped();
      for (CleanedFile.CleanedPage page : file.pages()) {
        for (int i = 0; i < page.records; i++) {
          long before = record(page.from[i], page.fromAt[i], page.fromBytes[i]);
          long now = record(file.file(), page.position + page.at[i], page.bytes(i));
          assertThat(now).isEqualTo(before);
          cleaned.records.add(now);
        }
      }
    }
    return cleaned;
  }

  private static long record(Page page, int at, int bytes) {
    return record(page.fileWritten(), page.filePosition + at, bytes);
  }

  private static long record(StateFile file, long position, int bytes) {
    ByteBuffer record = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.read(position, record, 0, bytes);
    file.checkRecord(record, 0, position);
    long owner = Long.reverseBytes(record.getLong(RecordLayout.keyAt(0)));
    return owner << 32 | RecordLayout.suffix(record, 0);
  }

  /** How often the next record has another owner. */
  private static int changes(List<Long> records) {
    Map<Long, Integer> places = new HashMap<>();
    int changes = 0;
    long before = -1;
    for (long record : records) {
      long owner = record >>> 32;
      changes += owner == before ? 0 : 1;
      before = owner;
      places.merge(owner, 1, Integer::sum);
    }
    assertThat(places).hasSize(OWNERS);
    return changes;
  }

  @Test
  void recordsOfOneOwnerLieTogether() throws IOException {
    Cleaned cleaned = run(pass(order(parts.size())));
    assertThat(cleaned.grouped).isTrue();
    assertThat(cleaned.gone).isEmpty();
    assertThat(cleaned.records).hasSize(lasting.size() + expiring.size());
    assertThat(cleaned.records).containsAll(lasting).containsAll(expiring);
    assertThat(changes(cleaned.records)).isEqualTo(OWNERS);
  }

  @Test
  void asManyPagesAsThereIsRoomForAreOrderedTogether() throws IOException {
    assertThat(parts.size()).isGreaterThan(2);
    Cleaned cleaned = run(pass(order(1)));
    assertThat(cleaned.records).hasSize(lasting.size() + expiring.size());
    assertThat(cleaned.records).containsAll(lasting).containsAll(expiring);
    assertThat(changes(cleaned.records)).isBetween(OWNERS + 1, OWNERS * parts.size());
  }

  @Test
  void whatHasExpiredIsNotCopied() throws IOException {
    try (TestRecords records = new TestRecords(folder, memory(), new InlineWork(), "table")) {
      ValueTable table = new ValueTable(records.records, TABLE);
      expiries.set(table, Expiries.TableKind.VALUES, new Expiry(0, TTL_MS, clock));
      clock.advanceMs(TTL_MS);
      Cleaned cleaned = run(pass(order(parts.size())));
      assertThat(cleaned.gone).isEqualTo(expiring);
      assertThat(new HashSet<>(cleaned.records)).isEqualTo(lasting);
      assertThat(changes(cleaned.records)).isEqualTo(OWNERS);
    }
  }

  private static StateMemory memory() {
    return StateMemory.direct(StateMemory.STORE_BYTES_MIN);
  }

  @Test
  void aPageOfOtherRecordsThanTheFooterTellsOfIsReported() {
    parts.get(1).page().digest++;
    assertThatThrownBy(() -> run(pass(order(parts.size()))))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("a page of the records that the footer tells of");
  }

  @Test
  void anyDamageIsReportedBeforeTheRecordIsHandedOver() throws IOException {
    Page page = parts.get(0).page();
    byte[] sound = new byte[(int) files.all().get(0).length()];
    ByteBuffer all = ByteBuffer.wrap(sound);
    page.fileWritten().read(0, all, 0, sound.length);
    // The first record is alive: each of its bytes but those behind its value.
    int begin = (int) page.filePosition;
    for (int at = 0; at < RecordLayout.HEADER_BYTES + 8 + VALUE_BYTES; at++) {
      byte[] damaged = sound.clone();
      damaged[begin + at] ^= (byte) (1 << random.nextInt(8));
      ReadFile read = new SmallSnapshot.BytesFile(damaged);
      StateFile file = new StateFile("damaged", () -> read);
      for (LogImage.Part part : parts) {
        part.page().file = file;
      }
      file.finish(sound.length, parts.size(), List.of());
      assertThatThrownBy(() -> run(pass(order(parts.size()))))
          .as("byte %d", at)
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.file()).isEqualTo("damaged"));
    }
  }
}
