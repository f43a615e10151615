package io.varve.replay.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.CorruptionException;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.io.ReadFile;
import io.varve.manifest.Instances;
import io.varve.testkit.DirectoryFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of a group come one behind the other, and none is lost. */
final class GroupFolderTest {

  private static final TopicPartition P0 = new TopicPartition("orders", 0);

  @TempDir Path folder;

  @BeforeEach
  void makeStore() {
    Store.open(folder, StoreSettings.defaults()).close();
  }

  private GroupFolder open(String group, String nonce) {
    Directory root = new PosixDirectory(folder);
    return new GroupFolder(root, group, new Instances(root, new Owner.Instance("p", nonce)));
  }

  @Test
  void noChangeIsLostThoughManyAreMadeAtOnce() throws InterruptedException {
    int threads = 4;
    int changes = 50;
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      GroupFolder group = open("g", "n" + t);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < changes; i++) {
                  group.update(
                      now -> {
                        CommittedOffset before = now.offsets().get(P0);
                        long next = before == null ? 1 : before.offset() + 1;
                        return now.withOffsets(Map.of(P0, new CommittedOffset(1, next, -1, "", 0)));
                      });
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }

    GroupState state = open("g", "reader").load();
    // A change that was superseded at once is made again: it may count twice, and never not at all.
    assertThat(state.offsets().get(P0).offset()).isGreaterThanOrEqualTo(threads * changes);
  }

  @Test
  void aDamagedStateIsAnErrorAndStays() throws IOException {
    GroupFolder group = open("g", "n");
    group.update(now -> now.withOffsets(Map.of(P0, new CommittedOffset(1, 5, -1, "", 0))));
    Path file;
    try (var files = Files.walk(folder)) {
      file = files.filter(each -> each.toString().endsWith(".group")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(group::load)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(file.getFileName().toString());
    assertThatThrownBy(() -> group.update(now -> now.startRebalance(1)))
        .isInstanceOf(CorruptionException.class);
    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void everyNameHasAFolderOfItsOwn() {
    List<String> names =
        List.of("g", "G", "..", ".", "a/b", "a%2Fb", "grüppe", "x".repeat(300), "x".repeat(301));
    for (String name : names) {
      open(name, "n").update(now -> now.startRebalance(1));
    }
    assertThat(names).extracting(GroupFolder::folderName).doesNotHaveDuplicates();
    for (String name : names) {
      assertThat(open(name, "n").load().group()).isEqualTo(name);
    }
    Directory root = new PosixDirectory(folder);
    assertThat(groups(root, damaged -> fail("damaged", damaged)))
        .containsExactlyInAnyOrderElementsOf(names);
  }

  private static SortedSet<String> groups(Directory root, Consumer<CorruptionException> damaged) {
    return GroupFolder.groups(
        root, new Instances(root, new Owner.Instance("p", "lister")), damaged);
  }

  @Test
  void aStateThatIsSupersededBeforeItIsReadIsNoError() {
    GroupFolder changing = open("g", "n");
    changing.update(now -> now.startRebalance(1));
    AtomicInteger opened = new AtomicInteger();
    Directory slow =
        new BeforeOpening(
            new PosixDirectory(folder),
            name -> {
              // As many changes as it takes until the state at hand is deleted.
              for (int i = 0; i < 4 && opened.get() == 0; i++) {
                CommittedOffset next = new CommittedOffset(1, i, -1, "", 0);
                changing.update(now -> now.withOffsets(Map.of(P0, next)));
              }
              opened.incrementAndGet();
            });

    assertThat(groups(slow, damaged -> fail("damaged", damaged))).containsExactly("g");
    assertThat(opened).hasValue(2);
  }

  /** Something happens between listing and opening. */
  private static final class BeforeOpening extends DirectoryFilter {

    private final Consumer<String> event;

    BeforeOpening(Directory in, Consumer<String> event) {
      super(in);
      this.event = event;
    }

    @Override
    protected Directory filter(Directory inner) {
      return new BeforeOpening(inner, event);
    }

    @Override
    public ReadFile open(String name) throws IOException {
      event.accept(name);
      return super.open(name);
    }
  }

  @Test
  void aDamagedGroupHidesNoOther() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      open(name, "n").update(now -> now.startRebalance(1));
    }
    Path file = folder.resolve("groups/b/00000000000000000001.group");
    Files.writeString(file, "damaged");

    List<CorruptionException> damaged = new ArrayList<>();
    assertThat(groups(new PosixDirectory(folder), damaged::add)).containsExactly("a", "c");
    assertThat(damaged)
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining(file.toString()));
  }

  @Test
  void whatTheDeadLeftHalfDoneIsTakenAway() throws IOException {
    GroupFolder group = open("g", "n");
    group.update(now -> now.startRebalance(1));
    Path left = folder.resolve("groups/g/new-dead_nonce_1");
    Files.writeString(left, "half");
    group.sweep();

    assertThat(left).doesNotExist();
    assertThat(group.load().number()).isEqualTo(1);
  }
}
