package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.base.VarveException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A snapshot with one thing wrong: what is read of it is right, or an error that names the file,
 * however often it is asked for.
 */
final class StateDamageTest {

  private static final int KEYS = 8;
  private static final int ENTRIES = 5;
  private static final int LARGE = 6;

  @TempDir Path folder;

  private final ByteSpan target = new ByteSpan();
  private int errors;
  private int opened;

  @Test
  void noBitOfAFileCanTurnOverUnnoticed() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20, new InlineWork())) {
      CopiedSnapshot snapshot = snapshot(stores);
      Map.Entry<String, byte[]> file = onlyFile(snapshot);
      byte[] bytes = file.getValue();
      int footer = footerBegin(bytes);
      for (int at = 0; at < bytes.length; at += inRecords(at, footer) ? 3 : 1) {
        bytes[at] ^= (byte) (1 << at % 8);
        errors = 0;
        opened = 0;
        tryAll(stores, snapshot, file.getKey());
        if (at < StateFile.HEADER_BYTES) {
          // What is in a file is told by its end; its header is for people.
          assertThat(errors).as("byte %s, of the header", at).isZero();
        } else if (at >= footer) {
          assertThat(opened).as("byte %s, of the footer", at).isZero();
        } else {
          assertThat(opened).as("byte %s, of a record", at).isEqualTo(1);
        }
        bytes[at] ^= (byte) (1 << at % 8);
      }
      errors = 0;
      tryAll(stores, snapshot, file.getKey());
      assertThat(errors).as("sound again").isZero();
    }
  }

  @Test
  void aRecordThatIsDamagedIsAnErrorEachTimeThatItIsAskedFor() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20, new InlineWork())) {
      CopiedSnapshot snapshot = snapshot(stores);
      Map.Entry<String, byte[]> file = onlyFile(snapshot);
      file.getValue()[StateFile.HEADER_BYTES + 40] ^= 1;
      try (StateStore store = stores.restore(0, 3, List.of(snapshot.restored()))) {
        long used = 0;
        for (int times = 0; times < 3; times++) {
          errors = 0;
          readAll(store, file.getKey());
          assertThat(errors).isPositive();
          long before = used;
          used = stores.memory.usedBytes();
          assertThat(used)
              .as("damaged pages are not kept")
              .isLessThanOrEqualTo(times == 0 ? used : before);
        }
      }
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void aFileThatIsCutShortIsNotOpened() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20, new InlineWork())) {
      CopiedSnapshot snapshot = snapshot(stores);
      Map.Entry<String, byte[]> file = onlyFile(snapshot);
      byte[] whole = file.getValue();
      for (int length = 0; length < whole.length; length += 1 + length % 5) {
        snapshot.files.put(file.getKey(), Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> stores.restore(0, 3, List.of(snapshot.restored())))
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining(file.getKey());
      }
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  @Test
  void aFileThatIsMissingIsNamed() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20, new InlineWork())) {
      CopiedSnapshot snapshot = snapshot(stores);
      String name = onlyFile(snapshot).getKey();
      snapshot.files.clear();
      assertThatThrownBy(() -> stores.restore(0, 3, List.of(snapshot.restored())))
          .isInstanceOf(VarveException.class)
          .hasMessageContaining(name);
    }
  }

  @Test
  void noBitOfTheMetadataCanTurnOverUnnoticed() throws Exception {
    try (TestStores stores = new TestStores(folder, 1 << 20, new InlineWork())) {
      CopiedSnapshot snapshot = snapshot(stores);
      String name = onlyFile(snapshot).getKey();
      for (int at = 0; at < snapshot.meta.length; at++) {
        for (int bit = 0; bit < 8; bit++) {
          snapshot.meta[at] ^= (byte) (1 << bit);
          errors = 0;
          tryAll(stores, snapshot, name);
          snapshot.meta[at] ^= (byte) (1 << bit);
        }
      }
      assertThat(stores.memory.usedBytes()).isZero();
    }
  }

  private static Map.Entry<String, byte[]> onlyFile(CopiedSnapshot snapshot) {
    assertThat(snapshot.files).hasSize(1);
    return snapshot.files.entrySet().iterator().next();
  }

  private static boolean inRecords(int at, int footer) {
    return at >= StateFile.HEADER_BYTES && at < footer - 3;
  }

  private static int footerBegin(byte[] file) {
    ByteBuffer trailer =
        ByteBuffer.wrap(file, file.length - StateFile.HEADER_BYTES, StateFile.HEADER_BYTES)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    return (int) trailer.getLong(16);
  }

  // ---- a little of each kind

  private CopiedSnapshot snapshot(TestStores stores) throws Exception {
    try (StateStore store = stores.open(0, 3)) {
      for (int i = 0; i < KEYS; i++) {
        store.values(0).put(i % 4, bytes("key", i), value(i));
        for (int j = 0; j < ENTRIES; j++) {
          store.lists(1).append(i % 4, bytes("key", i), bytes("element", j));
          store.maps(2).put(i % 4, bytes("key", i), bytes("user", j), value(i + j));
          store.ordered(3).add(i % 4, bytes("timer" + i, j));
        }
      }
      // Something dead in between.
      store.values(0).clear(0, bytes("key", 4));
      return new CopiedSnapshot(store.snapshot());
    }
  }

  private static ByteSpan bytes(String text, int number) {
    byte[] bytes = (text + number).getBytes(StandardCharsets.UTF_8);
    return new ByteSpan().wrap(bytes);
  }

  private static ByteSpan value(int number) {
    return bytes("value".repeat(number == LARGE ? 60 : 3), number);
  }

  private void tryAll(TestStores stores, CopiedSnapshot snapshot, String name) {
    StateStore store;
    try {
      store = stores.restore(0, 3, List.of(snapshot.restored()));
    } catch (CorruptionException | FormatTooNewException e) {
      errors++;
      assertThat(e).message().containsAnyOf(name, "snapshot of state");
      return;
    }
    opened++;
    try (store) {
      readAll(store, name);
      readAll(store, name);
    }
  }

  private void readAll(StateStore store, String name) {
    for (int i = 0; i < KEYS; i++) {
      int key = i;
      attempt(
          name,
          () -> {
            boolean there = store.values(0).get(key % 4, bytes("key", key), target);
            assertThat(there).as("value %s", key).isEqualTo(key != 4);
            if (there) {
              assertThat(target).isEqualTo(value(key));
            }
          });
      attempt(
          name,
          () -> {
            assertThat(store.lists(1).get(key % 4, bytes("key", key), target)).isTrue();
            StringBuilder all = new StringBuilder();
            for (int j = 0; j < ENTRIES; j++) {
              all.append("element").append(j);
            }
            assertThat(text(target)).isEqualTo(all.toString());
          });
      attempt(
          name,
          () -> {
            List<String> found = new ArrayList<>();
            try (MapCursor cursor = store.maps(2).cursor(key % 4, bytes("key", key))) {
              while (cursor.next()) {
                found.add(text(cursor.userKey()) + "=" + text(cursor.value()));
              }
            }
            List<String> expected = new ArrayList<>();
            for (int j = 0; j < ENTRIES; j++) {
              expected.add("user" + j + "=" + text(value(key + j)));
            }
            assertThat(found).isEqualTo(expected);
          });
      attempt(
          name,
          () -> {
            for (int j = 0; j < ENTRIES; j++) {
              assertThat(store.ordered(3).containsElement(key % 4, bytes("timer" + key, j)))
                  .isTrue();
            }
          });
    }
  }

  private static String text(ByteSpan span) {
    return new String(span.array(), span.offset(), span.length(), StandardCharsets.UTF_8);
  }

  private void attempt(String name, Runnable read) {
    try {
      read.run();
    } catch (CorruptionException e) {
      errors++;
      assertThat(e.file()).isEqualTo(name);
    }
  }
}
