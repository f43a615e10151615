package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.base.VarveException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots whose checksums are right, and whose parts contradict each other or mean nothing. */
final class SealedDamageTest {

  private static final int GROUP = 0;

  private final StateMemory memory = StateMemory.direct(StateMemory.STORE_BYTES_MIN);
  private final SmallSnapshot sound = sound();
  private final String file = sound.files.keySet().iterator().next();
  private final byte[] bytes = sound.files.get(file);

  private SmallSnapshot sound() {
    try {
      return SmallSnapshot.make(memory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- the meta

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 8, 11, 12, 13})
  void metaThatEndsAtItsBeginIsCorrupt(int length) {
    assertThatThrownBy(() -> readMeta(Arrays.copyOf(sound.meta, length)))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("snapshot of state");
  }

  @Test
  void metaOfNoVersionIsCorrupt() {
    byte[] meta = sound.meta.clone();
    meta[11] = 0;
    assertThatThrownBy(() -> readMeta(meta))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("found version 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../small-1.state",
        "/etc/small-1.state",
        "small-1.state/x",
        "small-1",
        "small-0.state",
        "-1.state",
        "small-\u0000.state",
        ""
      })
  void aFileWhoseNameNoStoreGivesIsCorrupt(String name) throws IOException {
    byte[] meta = meta(name);
    assertThatThrownBy(() -> readMeta(meta))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("the name of a file of state");
  }

  @Test
  void aFileThatIsNamedTwiceIsCorrupt() throws IOException {
    assertThat(readMeta(meta("small-1.state", "small-2.state")).files()).hasSize(2);
    byte[] meta = meta("small-1.state", "small-1.state");
    assertThatThrownBy(() -> readMeta(meta))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("small-1.state again");
  }

  private static byte[] meta(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0);
    out.writeInt(1);
    out.writeInt(names.length);
    for (String name : names) {
      out.writeUTF(name);
      out.writeLong(4096);
      out.writeInt(-1);
      out.writeInt(0);
    }
    out.writeLong(0);
    return SealedState.meta(bytes.toByteArray());
  }

  private static SnapshotMeta readMeta(byte[] meta) throws IOException {
    return SnapshotMeta.read(new ByteArrayInputStream(meta));
  }

  // ---- footers that contradict their pages

  private void isRefused(SealedState.Telling telling, String expected) {
    SmallSnapshot changed = withFooter(telling);
    assertThatThrownBy(() -> changed.open(memory, "changed"))
        .isInstanceOfSatisfying(
            CorruptionException.class, e -> assertThat(e.file()).isEqualTo(file))
        .hasMessageContaining(expected);
    assertThat(memory.usedBytes()).isZero();
  }

  /** The snapshot with another footer in the file, as long as the meta tells. */
  private SmallSnapshot withFooter(SealedState.Telling telling) {
    byte[] changed = SealedState.withFooter(bytes, telling);
    try {
      ByteArrayOutputStream meta = new ByteArrayOutputStream();
      List<SnapshotMeta.FileMeta> files = new ArrayList<>();
      for (SnapshotMeta.FileMeta one : readMeta(sound.meta).files()) {
        long length = one.name().equals(file) ? changed.length : one.bytes();
        files.add(new SnapshotMeta.FileMeta(one.name(), length, one.tables(), one.pages()));
      }
      new SnapshotMeta(files).write(meta);
      return sound.with(file, changed).with("", meta.toByteArray());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFooterThatTellsWhatIsThereIsRight() {
    byte[] same =
        SealedState.withFooter(
            bytes,
            (footer, page, at) -> SealedState.tell(footer, page, at, RecordLayout.hash(page, at)));
    assertThat(same).isEqualTo(bytes);
  }

  @Test
  void aRecordThatTheFooterLeavesOutIsCorruption() {
    isRefused(
        (footer, page, at) -> {
          if (at > 0) {
            SealedState.tell(footer, page, at, RecordLayout.hash(page, at));
          }
        },
        "bytes together, as the page has");
  }

  @Test
  void aRecordThatTheFooterTellsOfTwiceIsCorruption() {
    isRefused(
        (footer, page, at) -> {
          SealedState.tell(footer, page, at, RecordLayout.hash(page, at));
          if (at == 0) {
            SealedState.tell(footer, page, at, RecordLayout.hash(page, at));
          }
        },
        "bytes together, as the page has");
  }

  @Test
  void aRecordOfNoBytesIsCorruption() {
    isRefused(
        (footer, page, at) -> {
          SealedState.tell(footer, page, at, RecordLayout.hash(page, at));
          int end = at + RecordLayout.bytes(page, at);
          if (end == page.limit()) {
            footer.record(0, 0, end, 0, 1);
          }
        },
        "the place of a record");
  }

  /** Such a record would never be found, and cleaning would look for it in vain. */
  @Test
  void aRecordOfAnotherHashThanTheFooterTellsIsCorruption() {
    SmallSnapshot snapshot =
        withFooter(
            (footer, page, at) ->
                SealedState.tell(footer, page, at, RecordLayout.hash(page, at) ^ 1));
    try (StateStore store = snapshot.open(memory, "changed")) {
      assertThatThrownBy(() -> drain(store.values(SmallSnapshot.VALUES).keys()))
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.file()).isEqualTo(file))
          .hasMessageContaining("the records that the footer tells of");
    }
    mergingEndsTheStore(snapshot);
  }

  private void mergingEndsTheStore(SmallSnapshot snapshot) {
    try (StateStore store = snapshot.open(memory, "merging")) {
      assertThatThrownBy(() -> SmallSnapshot.merge(store))
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.file()).isEqualTo(file));
      assertThatThrownBy(store::snapshot).isInstanceOf(CorruptionException.class);
    }
  }

  // ---- records that are none

  /** The file with some records changed, and the footer telling of them as they were. */
  private SmallSnapshot withRecords(Consumer<ByteBuffer> change) {
    byte[] changed = bytes.clone();
    int footer = SealedState.footerBegin(bytes);
    ByteBuffer all = SealedState.buffer(changed);
    for (int at = StateFile.HEADER_BYTES; at < footer; ) {
      int length = RecordLayout.bytes(all, at);
      change.accept(all.slice(at, length).order(all.order()));
      at += length;
    }
    return sound.with(file, SealedState.file(changed, footer));
  }

  @Test
  void aHashOfMoreBitsThanHashesHaveIsCorruption() {
    SmallSnapshot changed =
        withRecords(record -> record.putInt(12, record.getInt(12) | 1 << RecordLayout.HASH_BITS));
    try (StateStore store = changed.open(memory, "changed")) {
      assertThatThrownBy(() -> drain(store.values(SmallSnapshot.VALUES).keys()))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("a header that is none");
    }
    mergingEndsTheStore(changed);
  }

  /** Of a dead record, which is not checked when files are merged: it would hide the next one. */
  @Test
  void aDeadRecordThatHasGrownOverALiveOneIsFoundByCleaning() throws IOException {
    int[] dead = {-1};
    ByteBuffer all = SealedState.buffer(bytes);
    SnapshotMeta.FileMeta meta = readMeta(sound.meta).files().get(0);
    assertThat(meta.name()).isEqualTo(file);
    int begin = StateFile.HEADER_BYTES;
    int used = all.getInt(SealedState.footerBegin(bytes) + 4);
    for (int at = 0; at < used; at += RecordLayout.bytes(all, begin + at)) {
      int next = at + RecordLayout.bytes(all, begin + at);
      SnapshotMeta.PageMeta page = meta.pages().get(0);
      if (!page.alive(at) && next < used && page.alive(next)) {
        dead[0] = begin + at;
      }
    }
    assertThat(dead[0]).isPositive();
    byte[] changed = bytes.clone();
    ByteBuffer to = SealedState.buffer(changed);
    int next = dead[0] + RecordLayout.bytes(to, dead[0]);
    to.putInt(dead[0] + 8, RecordLayout.capacity(to, dead[0]) + RecordLayout.bytes(to, next));
    mergingEndsTheStore(sound.with(file, changed));
  }

  @Test
  void aLeafThatTellsAnotherLengthOfItsValuesRecordIsCorruption() {
    for (int told : new int[] {0, 8, 33, 1 << 20, Integer.MIN_VALUE}) {
      SmallSnapshot changed = withRecords(record -> setLengthTold(record, told));
      try (StateStore store = changed.open(memory, "changed")) {
        assertThatThrownBy(
                () -> store.maps(SmallSnapshot.MAPS).remove(2, SmallSnapshot.key(2), large()))
            .as("%s bytes", told)
            .isInstanceOf(CorruptionException.class);
      }
    }
  }

  private static ByteSpan large() {
    return SmallSnapshot.text("u1");
  }

  /** In a leaf, of the entry whose value is a record of its own. */
  private static void setLengthTold(ByteBuffer record, int bytes) {
    int at = RecordLayout.valueAt(record, 0);
    int length = RecordLayout.valueLength(record, 0);
    boolean leaf =
        RecordLayout.table(record, 0) == SmallSnapshot.MAPS && record.get(at) == RecordKind.LEAF;
    for (int i = 0; leaf && i < record.getInt(at + TreeLayout.COUNT_AT); i++) {
      int slot = at + TreeLayout.HEADER_BYTES + i * TreeLayout.SLOT_BYTES;
      int entry = at + length - record.getInt(slot + 8);
      int header = record.getInt(entry);
      if ((header & TreeLayout.OUT_OF_LINE) != 0) {
        int reference = entry + TreeLayout.ENTRY_HEADER_BYTES + TreeLayout.restBytes(header);
        record.putInt(reference + TreeLayout.SUFFIX_BYTES, bytes);
      }
    }
  }

  // ---- in memory

  @Test
  void keysThatAreNotInOrderAreNotTakenForSeparators() throws IOException {
    try (TestRecords store =
        new TestRecords(new MemoryFolder(), memory, new InlineWork(), "order")) {
      MapTable maps = new MapTable(store.records, 1);
      ByteSpan key = SmallSnapshot.key(1);
      // 64 bytes, as long as the array of whoever copies it, and begun alike.
      String longKey = "k".repeat(63);
      for (int i = 0; i < 9; i++) {
        maps.put(GROUP, key, SmallSnapshot.text(longKey + i), SmallSnapshot.text("v".repeat(20)));
      }
      RecordView view = new RecordView();
      store.records.select(1, GROUP, key);
      assertThat(store.records.find(0, view)).isTrue();
      // All entries are the first one's.
      int slots = view.valueAt() + TreeLayout.HEADER_BYTES;
      for (int i = 1; i < 9; i++) {
        view.buffer()
            .putInt(slots + i * TreeLayout.SLOT_BYTES + 8, view.buffer().getInt(slots + 8));
      }
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 40; i++) {
                  maps.put(
                      GROUP,
                      key,
                      SmallSnapshot.text(longKey.substring(0, 20) + i),
                      SmallSnapshot.text("v".repeat(20)));
                }
              })
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("a tree's node");
    }
  }

  /** Each would be copied as a whole, to where there is room for the leaf. */
  @Test
  void aLeafWhoseEntriesOverlapIsLeftAsItIsWhenSomeExpire() {
    ByteBuffer leaf = SealedState.buffer(new byte[20 + 3 * 12 + 12]);
    leaf.put(0, RecordKind.LEAF).putInt(TreeLayout.COUNT_AT, 3).putInt(TreeLayout.HEAP_AT, 12);
    for (int i = 0; i < 3; i++) {
      leaf.putInt(20 + 12 * i + 8, 12);
    }
    LeafEntries entries = new LeafEntries();
    leaf.putInt(20 + 36, TreeLayout.entryHeader(1, 8));
    assertThat(entries.point(leaf, 0, leaf.capacity())).isFalse();
    leaf.putInt(TreeLayout.COUNT_AT, 1);
    assertThat(entries.point(leaf, 0, leaf.capacity())).isTrue();
  }

  @Test
  void aListWithAHeadInPlaceOfAChunkIsCorrupt() throws IOException {
    try (TestRecords store =
        new TestRecords(new MemoryFolder(), memory, new InlineWork(), "chunks")) {
      ListTable lists = new ListTable(store.records, 1);
      ByteSpan key = SmallSnapshot.key(1);
      lists.append(GROUP, key, SmallSnapshot.text("x".repeat(600)));
      RecordView view = new RecordView();
      store.records.select(1, GROUP, key);
      assertThat(store.records.find(1, view)).isTrue();
      view.buffer().put(view.valueAt(), RecordKind.LIST_HEAD);
      assertThatThrownBy(() -> lists.get(GROUP, key, new ByteSpan()))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("chunk 1");
    }
  }

  @Test
  void aTableThatCannotBeDroppedWholeKeepsWhatIsLeft() {
    byte[] changed = bytes.clone();
    int footer = SealedState.footerBegin(bytes);
    changed[footer - 9] ^= 1;
    for (int table :
        List.of(
            SmallSnapshot.VALUES, SmallSnapshot.LISTS, SmallSnapshot.MAPS, SmallSnapshot.SETS)) {
      try (StateStore store = sound.with(file, changed).open(memory, "changed")) {
        try {
          store.drop(table);
        } catch (CorruptionException e) {
          assertThat(e.file()).isEqualTo(file);
        }
        // Whatever is left is found, or can't be read; nothing leads to where nothing is.
        Map<String, Object> answers = SmallSnapshot.answers(store);
        assertThat(answers.values()).anyMatch(VarveException.class::isInstance);
        SmallSnapshot.clears(store).forEach(SealedDamageTest::attempt);
        SmallSnapshot.answers(store);
      }
    }
  }

  private static void attempt(Runnable change) {
    try {
      change.run();
    } catch (CorruptionException e) {
      assertThat(e).message().contains("Corrupt file");
    }
  }

  private static void drain(KeyCursor keys) {
    while (keys.next()) {
      assertThat(keys.keyGroup()).isLessThan(SmallSnapshot.GROUPS);
    }
  }
}
