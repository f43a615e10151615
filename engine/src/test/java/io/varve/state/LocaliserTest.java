package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the files of a snapshot come to the folder of the store that was opened from it. */
final class LocaliserTest {

  private static final int KEYS = 5_000;

  @TempDir Path folder;

  private TestStores stores;
  private TestStores others;
  private StateStore before;
  private StateSnapshot snapshot;
  private byte[] meta;

  /** What reading of the snapshot's files does besides. */
  private interface Trouble {
    void read() throws IOException;
  }

  @BeforeEach
  void takeASnapshot() throws IOException {
    stores = new TestStores(folder, 2 << 20, new InlineWork());
    others = new TestStores(folder, 2 << 20, new InlineWork());
    before = stores.open(0, 0);
    for (int key = 0; key < KEYS; key++) {
      before.values(1).put(0, number(key), value(key));
    }
    snapshot = before.snapshot();
    snapshot.await();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeMeta(out);
    meta = out.toByteArray();
  }

  @AfterEach
  void close() {
    snapshot.close();
    before.close();
    stores.close();
    others.close();
  }

  private static ByteSpan number(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }

  private static ByteSpan value(int key) {
    return new ByteSpan().wrap(ByteBuffer.allocate(1_000).putInt(key).array());
  }

  private static void check(StateStore store) {
    ByteSpan found = new ByteSpan();
    for (int key = 0; key < KEYS; key++) {
      assertThat(store.values(1).get(0, number(key), found)).isTrue();
      assertThat(found).isEqualTo(value(key));
    }
  }

  private SnapshotFile file(String name) {
    return snapshot.files().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private StateStore restore(RestoredSnapshot.Files files) {
    return others.restore(
        0, 0, List.of(new RestoredSnapshot(new ByteArrayInputStream(meta), any -> any, files)));
  }

  private RestoredSnapshot.Files troubled(Trouble trouble) {
    return name -> {
      ReadFile source = file(name).source();
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          trouble.read();
          return source.read(target, position);
        }

        @Override
        public long length() throws IOException {
          return source.length();
        }

        @Override
        public void close() {}
      };
    };
  }

  private static List<SnapshotFile> filesOf(StateStore store) {
    try (StateSnapshot now = store.snapshot()) {
      now.await();
      return now.files();
    }
  }

  @Test
  void cleaningLeavesAFileAloneUntilItIsHere() throws IOException {
    List<Runnable> copies = new ArrayList<>();
    boolean[] gone = {false};
    RestoredSnapshot.Files files =
        troubled(
            () -> {
              if (gone[0]) {
                throw new IOException("no checkpoint has it any more");
              }
            });
    StateStore store =
        StateStore.restore(
            new StateStoreSettings(0, 0, "held"),
            new PosixDirectory(folder.resolve("held")),
            others.memory,
            others.work,
            copies::add,
            List.of(new RestoredSnapshot(new ByteArrayInputStream(meta), any -> any, files)));
    change(store, 0, KEYS * 3 / 4);
    assertThat(store.metrics().cleaningPasses()).isZero();
    assertThat(store.metrics().cleaningBacklogBytes()).isPositive();
    copies.forEach(Runnable::run);
    change(store, 0, KEYS / 4);
    assertThat(store.metrics().cleaningPasses()).isPositive();
    gone[0] = true;
    check(store);
    store.close();
  }

  /** Writes values anew, as they were, with snapshots between. */
  private static void change(StateStore store, int from, int to) {
    for (int key = from; key < to; key++) {
      store.values(1).put(0, number(key), value(key));
      if (key % 500 == 0) {
        TestStores.snapshot(store);
      }
    }
  }

  @Test
  void aCopyThatFailedIsMadeAgainWhenItIsNeeded() throws IOException {
    boolean[] broken = {false};
    int[] reads = {0};
    int footerReads = 2 * snapshot.files().size();
    StateStore store =
        restore(
            troubled(
                () -> {
                  // Copying begins when the footers have been read.
                  broken[0] |= ++reads[0] == footerReads + 1;
                  if (broken[0]) {
                    throw new IOException("the line is down");
                  }
                }));
    List<SnapshotFile> files = filesOf(store);
    assertThatThrownBy(files.get(0)::awaitLocal).hasMessageContaining("the line is down");
    broken[0] = false;
    for (SnapshotFile file : files) {
      file.awaitLocal();
    }
    broken[0] = true;
    check(store);
    store.close();
  }

  @Test
  void aFileThatIsLinkedToIsNotReadElsewhere() {
    StateStore store =
        restore(
            new RestoredSnapshot.Files() {
              @Override
              public ReadFile open(String name) throws IOException {
                throw new IOException("must not be opened");
              }

              @Override
              public boolean link(String name, String target) throws IOException {
                Path there = folder.resolve("store" + name.replaceAll("^store(\\d+)-.*", "$1"));
                Files.createLink(Path.of(target, name), there.resolve(name));
                return true;
              }
            });
    check(store);
    store.close();
    check(before);
  }
}
