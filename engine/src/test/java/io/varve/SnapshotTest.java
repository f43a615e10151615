package io.varve;

import static io.varve.BackupRun.ORDERS;
import static io.varve.BackupRun.TINY;
import static io.varve.BackupRun.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.backup.Progress;
import io.varve.backup.Repository;
import io.varve.base.BadSettingException;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.format.Point;
import io.varve.testkit.CrashProcess;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a named snapshot keeps, and until when. */
final class SnapshotTest {

  private final BackupRun run = BackupRun.written();
  private final Store store = run.open("source");
  private final LogWriter writer =
      store.openWriter(ORDERS, TINY.withRetention(new Retention(1000, -1)), "test");

  @Test
  void aSnapshotKeepsItsSegmentsUntilItIsDropped() {
    run.append(writer, 1);
    List<Event> held = read(store, ORDERS);
    store.snapshots().create("monday");
    assertThat(store.snapshots().names()).containsExactly("monday");
    assertThat(store.snapshots().get(ORDERS, "monday").nextOffset()).isEqualTo(held.size());

    expireAll();
    assertThat(read(store, ORDERS)).doesNotContainAnyElementsOf(held);
    Repository repository = run.repository();
    Point point = repository.backup(store.backupSource(), "monday", Progress.NONE).point();
    repository.restore(
        point, run.disk.process().root().folder("restored"), new UUID(1, 2), Progress.NONE);
    assertThat(read(run.open("restored"), ORDERS)).isEqualTo(held);

    assertThat(firstSegments()).isNotEmpty();
    store.snapshots().drop("monday");
    expireAll();
    assertThat(firstSegments()).isEmpty();
    assertThat(store.snapshots().names()).isEmpty();
  }

  @Test
  void namesAreGivenOnceAndMustBeLegal() {
    store.snapshots().create("a");
    assertThatThrownBy(() -> store.snapshots().create("a"))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("drop that first");
    for (String name : List.of("", "../a", "a/b", "new-a", "x".repeat(101))) {
      assertThatThrownBy(() -> store.snapshots().create(name))
          .isInstanceOf(BadSettingException.class);
    }
    assertThatThrownBy(() -> store.snapshots().drop("b")).isInstanceOf(BadSettingException.class);
    assertThatThrownBy(() -> store.snapshots().get(ORDERS, "b"))
        .isInstanceOf(BadSettingException.class);
  }

  @Test
  void aDamagedSnapshotKeepsEverythingUntilItIsDropped() {
    store.snapshots().create("a");
    String file =
        run.disk.files().stream()
            .filter(name -> name.startsWith("source/streams/orders") && name.endsWith(".snapshot"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = run.disk.bytes(file);
    bytes[30] ^= 1;
    run.disk.overwrite(file, bytes);
    expireAll();
    assertThat(firstSegments()).isNotEmpty();
    store.snapshots().drop("a");
    expireAll();
    assertThat(firstSegments()).isEmpty();
  }

  /** Before each of the snapshot's calls the owner retires and sweeps all that it can. */
  @Test
  void whateverTheOwnerDeletesMeanwhileASnapshotCanBeBackedUp() {
    long calls = 0;
    for (long call = 1; call == 1 || call <= calls; call++) {
      BackupRun other = BackupRun.written();
      Store source = other.open("source");
      LogWriter owner =
          source.openWriter(ORDERS, TINY.withRetention(new Retention(1000, -1)), "test");
      CrashProcess onlooker = other.disk.process();
      Store reader = other.openReadOnly(onlooker, "source");
      onlooker.before(
          call,
          () -> {
            other.clock.advanceMs(5000);
            other.append(owner, 10);
            other.work.tick();
            other.work.runAll();
          });
      reader.snapshots().create("s");
      calls = onlooker.calls();
      other.clock.advanceMs(5000);
      other.append(owner, 10);
      other.work.tick();
      other.work.runAll();
      Repository repository = other.repository();
      Point point = repository.backup(source.backupSource(), "s", Progress.NONE).point();
      assertThat(point.logs().get(0).manifest().nextOffset())
          .as("call " + call)
          .isEqualTo(source.snapshots().get(ORDERS, "s").nextOffset());
      assertThat(repository.verify(point, Progress.NONE)).isEmpty();
    }
    assertThat(calls).isGreaterThan(10);
  }

  private void expireAll() {
    for (int i = 0; i < 3; i++) {
      run.clock.advanceMs(1 << 21);
      run.append(writer, 1);
      run.work.tick();
      run.work.runAll();
    }
  }

  private List<String> firstSegments() {
    return run.disk.files().stream()
        .filter(file -> file.startsWith("source/streams/orders/g1/p0/00000000000000000000-1"))
        .toList();
  }
}
