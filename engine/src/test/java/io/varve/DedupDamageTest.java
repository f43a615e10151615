package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.dedup.Buckets;
import io.varve.dedup.BucketsThatFail;
import io.varve.dedup.DedupSettings;
import io.varve.dedup.MemoryBuckets;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is saved of ids is thrown away if it is damaged, and else never: the log may be shorter. All
 * paths have the name of RocksDB's lock in them.
 */
final class DedupDamageTest {

  private static final StreamPartition LOG = new StreamPartition("BLOCKS", 1, 0);
  private static final DedupSettings SMALL = DedupSettings.ofTtlMs(1000).withMemoryBytes(1 << 20);
  private static final int COUNT = 3_000;

  @TempDir Path folder;

  private Path saved;

  private Store store() {
    return Store.open(folder.resolve("LOCK"), StoreSettings.defaults());
  }

  private static DedupWriter open(Store store) {
    return store.openDedup(LOG, LogSettings.defaults(), "test", SMALL);
  }

  private static Event event(long offset, String id) {
    return new Event(
        offset,
        1_000,
        TimestampType.CREATE,
        Encoding.BYTES,
        null,
        Encoding.BYTES,
        null,
        Headers.EMPTY,
        id.getBytes(StandardCharsets.UTF_8),
        Event.NOT_DELAYED);
  }

  @BeforeEach
  void fill() throws IOException {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      for (int i = 0; i < COUNT; i++) {
        writer.append(event(i, "id " + i));
      }
    }
    saved = folders().get(0);
    assertIdsAreKept();
  }

  private List<Path> folders() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("LOCK/streams/BLOCKS/g1/p0/dedup"))) {
      return all.toList();
    }
  }

  private Path file(String prefix) throws IOException {
    try (Stream<Path> all = Files.list(saved)) {
      return all.filter(each -> each.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  /** No more is read than the end of the log, for its time. */
  private void assertIdsAreKept() {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      assertThat(writer.append(event(writer.nextOffset(), "id 7"))).isFalse();
      assertThat(writer.dedupMetrics().readEvents()).isLessThanOrEqualTo(256);
    }
  }

  private void assertFails(String why) {
    try (Store store = store()) {
      assertThatThrownBy(() -> open(store))
          .isInstanceOf(StoreFailedException.class)
          .hasMessageContaining("Opening the message ids of BLOCKS-0 failed")
          .hasMessageContaining(why);
    }
  }

  /** As if there were too many open files, or the disk had failed. */
  @ParameterizedTest
  @ValueSource(strings = {"LOCK", "MANIFEST-", "LOG"})
  void whatCannotBeOpenedNowStays(String name) throws IOException {
    Path file = file(name);
    Path aside = folder.resolve("aside");
    Files.move(file, aside);
    Files.createSymbolicLink(file, file.getFileName());

    assertFails("Too many levels of symbolic links");
    assertFails("Too many levels of symbolic links");

    Files.delete(file);
    Files.move(aside, file);
    assertIdsAreKept();
    assertThat(folders()).containsExactly(saved);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MANIFEST-", "CURRENT"})
  void whatIsDamagedIsReadFromTheLog(String name) throws IOException {
    Path file = file(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 0x10;
    Files.write(file, bytes);

    assertReadsAllAnew();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MANIFEST-", "CURRENT"})
  void whatIsMissingIsReadFromTheLog(String name) throws IOException {
    Files.delete(file(name));

    assertReadsAllAnew();
  }

  private void assertReadsAllAnew() throws IOException {
    try (Store store = store();
        DedupWriter writer = open(store)) {
      assertThat(writer.append(event(writer.nextOffset(), "id 7"))).isFalse();
      assertThat(writer.dedupMetrics().readEvents()).isGreaterThanOrEqualTo(COUNT);
    }
    assertThat(folders()).hasSize(1).doesNotContain(saved);
  }

  /** One that a writer which was taken over has left. */
  @Test
  void aSecondFolderThatCannotBeOpenedFailsTheOpeningAndHoldsNothingOpen() throws IOException {
    Path second = Files.createDirectory(saved.resolveSibling("zzz"));
    Path lock = Files.createSymbolicLink(second.resolve("LOCK"), Path.of("LOCK"));

    assertFails("Too many levels of symbolic links");

    Files.delete(lock);
    try (Stream<Path> left = Files.list(second)) {
      for (Path each : left.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(second);
    assertIdsAreKept();
    assertThat(folders()).containsExactly(saved);
  }

  /** Whoever began it died at once. */
  @ParameterizedTest
  @ValueSource(strings = {"000", "zzz"})
  void aSecondFolderWithFewerIdsDoesNotTakeTheFirstOnesPlace(String name) throws IOException {
    Files.createDirectory(saved.resolveSibling(name));

    assertIdsAreKept();
    assertThat(folders()).containsExactly(saved);
  }

  @Test
  void whatCannotBeReadNowStays() {
    assertCannotBeOpened(
        BucketsThatFail.unreadable(new MemoryBuckets(null, () -> true)),
        "Opening the message ids of BLOCKS-0 failed: no such luck");
  }

  @Test
  void whatIsTooMuchForTheMemoryStays() {
    assertCannotBeOpened(
        BucketsThatFail.large(new MemoryBuckets(null, () -> true), 1 << 20),
        "too many for dedup.memory.bytes=1048576");
  }

  /** And isn't opened anew, which would throw away what there is. */
  private void assertCannotBeOpened(Buckets.Opening buckets, String why) {
    try (Store store = store()) {
      assertThatThrownBy(
              () -> store.openDedup(LOG, LogSettings.defaults(), "test", SMALL, log -> buckets))
          .isInstanceOf(StoreFailedException.class)
          .hasMessageContaining(why);
    }
  }
}
