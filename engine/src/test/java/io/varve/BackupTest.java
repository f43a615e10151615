package io.varve;

import static io.varve.BackupRun.ORDERS;
import static io.varve.BackupRun.OTHER;
import static io.varve.BackupRun.TINY;
import static io.varve.BackupRun.read;
import static io.varve.BackupRun.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.backup.BackupReport;
import io.varve.backup.BackupSchedule;
import io.varve.backup.ExpiryReport;
import io.varve.backup.Keep;
import io.varve.backup.Progress;
import io.varve.backup.Repository;
import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.format.Point;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup copies, when, and what comes back of it. */
final class BackupTest {

  private static final UUID RESTORED = new UUID(1, 2);

  private final BackupRun run = BackupRun.written();

  @Test
  void aRestoredPointHoldsWhatTheSourceHeldAndGoesOnFromThere() {
    Store source = run.open("source");
    LogWriter writer = source.openWriter(ORDERS, TINY, "test");
    run.append(writer, 1);
    List<List<Event>> held = readAll(source);
    long epoch = source.stats(ORDERS).epoch();

    Repository repository = run.repository();
    BackupReport report = repository.backup(source.backupSource(), Progress.NONE);
    run.append(writer, 5);
    assertThat(report.point().events()).isEqualTo(held.get(0).size() + held.get(1).size());
    assertThat(report.bytesCopied()).isEqualTo(report.point().bytes());

    Store restored = restore(repository, report.point(), "restored");
    assertThat(readAll(restored)).isEqualTo(held);
    assertThat(restored.schemas().get(7)).containsExactly(1, 2, 3);
    LogWriter next = restored.openWriter(ORDERS, TINY, "other owner");
    assertThat(next.nextOffset()).isEqualTo(held.get(0).size());
    assertThat(restored.stats(ORDERS).epoch()).isEqualTo(epoch + 1);
    run.append(next, 3);
    assertThat(read(restored, ORDERS)).hasSize(held.get(0).size() + 3);
    assertThat(read(source, ORDERS)).hasSize(held.get(0).size() + 5);
  }

  @Test
  void whatAWriterAppendsAndRetentionDeletesMeanwhileChangesNothing() {
    Store source = run.open("source");
    LogWriter writer =
        source.openWriter(ORDERS, TINY.withRetention(new Retention(1000, -1)), "test");
    run.append(writer, 1);
    List<List<Event>> held = readAll(source);
    int[] told = {0};
    Progress busy =
        status -> {
          told[0]++;
          run.clock.advanceMs(2000);
          run.append(writer, 4);
          run.work.tick();
          run.work.runAll();
          return true;
        };
    Repository repository = run.repository();
    BackupReport report = repository.backup(source.backupSource(), busy);
    assertThat(told[0]).isPositive();
    assertThat(read(source, ORDERS)).doesNotContain(held.get(0).get(0));
    assertThat(readAll(restore(repository, report.point(), "restored"))).isEqualTo(held);

    run.work.tick();
    run.work.runAll();
    assertThat(run.disk.files())
        .as("what the backup needed is deleted once it is done")
        .noneMatch(file -> file.startsWith("source/streams/orders/g1/p0/00000000000000000000-1"));
  }

  @Test
  void aLogThatIsCompactedMeanwhileComesBackAsItWas() {
    Store source = run.open("source");
    LogWriter writer =
        source.openWriter(ORDERS, TINY.withCompaction(Compaction.ON.withDirtyRatioMin(0)), "test");
    appendOneKey(writer);
    List<List<Event>> held = readAll(source);
    Repository repository = run.repository();
    Progress compacting =
        status -> {
          for (int i = 0; i < 20; i++) {
            run.clock.advanceMs(1000);
            run.work.tick();
            run.work.runAll();
          }
          return true;
        };
    Point before = repository.backup(source.backupSource(), compacting).point();
    List<List<Event>> compacted = readAll(source);
    assertThat(compacted.get(0)).hasSizeLessThan(held.get(0).size());
    Point after = repository.backup(source.backupSource(), Progress.NONE).point();
    assertThat(readAll(restore(repository, before, "before"))).isEqualTo(held);
    Store restored = restore(repository, after, "after");
    assertThat(readAll(restored)).isEqualTo(compacted);
    run.append(restored.openWriter(ORDERS, TINY, "next"), 1);
    assertThat(read(restored, ORDERS)).hasSize(compacted.get(0).size() + 1);
  }

  private void appendOneKey(LogWriter writer) {
    for (int i = 0; i < 30; i++) {
      writer.append(Event.of(writer.nextOffset(), 5, new byte[] {1}, new byte[500]));
      run.work.runAll();
    }
    writer.commit();
    run.work.runAll();
  }

  @Test
  void aSecondBackupCopiesOnlyWhatIsNew() {
    Store source = run.open("source");
    LogWriter writer = source.openWriter(ORDERS, TINY, "test");
    run.append(writer, 2);
    Repository repository = run.repository();
    BackupReport first = repository.backup(source.backupSource(), Progress.NONE);
    BackupReport same = repository.backup(source.backupSource(), Progress.NONE);
    assertThat(same.filesCopied()).isZero();
    assertThat(same.bytesCopied()).isZero();
    assertThat(same.bytesThere()).isEqualTo(first.point().bytes());
    assertThat(same.point().logs()).isEqualTo(first.point().logs());

    run.append(writer, 1);
    BackupReport third = repository.backup(source.backupSource(), Progress.NONE);
    assertThat(third.filesCopied()).isOne();
    assertThat(third.bytesCopied())
        .isLessThan(4096)
        .isEqualTo(third.point().bytes() - third.bytesThere());
    assertThat(readAll(restore(repository, third.point(), "restored"))).isEqualTo(readAll(source));
  }

  @Test
  void aRestoredStoreIsAnotherStoreToTheRepository() {
    Store source = run.open("source");
    Repository repository = run.repository();
    Point point = repository.backup(source.backupSource(), Progress.NONE).point();
    Store restored = restore(repository, point, "restored");
    run.append(source.openWriter(ORDERS, TINY, "one"), 2);
    run.clock.advanceMs(5);
    run.append(restored.openWriter(ORDERS, TINY, "another"), 2);
    Point ofSource = repository.backup(source.backupSource(), Progress.NONE).point();
    Point ofRestored = repository.backup(restored.backupSource(), Progress.NONE).point();
    assertThat(ofRestored.storeId()).isEqualTo(RESTORED).isNotEqualTo(ofSource.storeId());
    assertThat(readAll(restore(repository, ofSource, "a"))).isEqualTo(readAll(source));
    assertThat(readAll(restore(repository, ofRestored, "b")))
        .isEqualTo(readAll(restored))
        .isNotEqualTo(readAll(source));
    assertThat(repository.expire(Keep.newest(1)).points()).isOne();
    assertThat(repository.points()).containsExactly(ofSource, ofRestored);
  }

  @Test
  void expiringDeletesWhatNoKeptPointNames() {
    Store source = run.open("source");
    LogWriter writer =
        source.openWriter(ORDERS, TINY.withRetention(new Retention(1000, -1)), "test");
    Repository repository = run.repository();
    List<Point> points = new ArrayList<>();
    List<List<List<Event>>> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      run.append(writer, 4);
      held.add(readAll(source));
      points.add(repository.backup(source.backupSource(), Progress.NONE).point());
      run.clock.advanceMs(900);
      run.work.tick();
      run.work.runAll();
    }
    long before = repositoryFiles().size();
    assertThat(repository.expire(new Keep(3, 2000))).isEqualTo(expired(before, 2));
    assertThat(repository.points()).isEqualTo(points.subList(2, 4));
    for (int i = 2; i < 4; i++) {
      assertThat(repository.verify(points.get(i), Progress.NONE)).isEmpty();
      assertThat(readAll(restore(repository, points.get(i), "restored" + i)))
          .isEqualTo(held.get(i));
    }
    assertThat(repository.expire(Keep.newest(2))).isEqualTo(new ExpiryReport(0, 0, 0));
    assertThatThrownBy(() -> repository.point(1))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("point");
    run.clock.advanceMs(1 << 30);
    repository.expire(new Keep(1, 0));
    assertThat(repository.newest()).isEqualTo(points.get(3));
  }

  private ExpiryReport expired(long filesBefore, int points) {
    List<String> left = repositoryFiles();
    assertThat(left.size()).isLessThan((int) filesBefore);
    return new ExpiryReport(points, (int) filesBefore - left.size(), bytesGone);
  }

  private long bytesGone;

  private List<String> repositoryFiles() {
    List<String> files =
        run.disk.files().stream().filter(file -> file.startsWith("repository/stores/")).toList();
    long bytes = files.stream().mapToLong(file -> run.disk.bytes(file).length).sum();
    bytesGone = bytesBefore - bytes;
    bytesBefore = bytes;
    return files;
  }

  private long bytesBefore;

  @Test
  void aCancelledBackupMakesNoPointAndTheNextGoesOn() {
    Store source = run.open("source");
    Repository repository = run.repository();
    assertThatThrownBy(() -> repository.backup(source.backupSource(), status -> false))
        .isInstanceOf(CancellationException.class);
    assertThat(repository.points()).isEmpty();
    Progress.Status[] last = {null};
    BackupReport report =
        repository.backup(
            source.backupSource(),
            status -> {
              last[0] = status;
              return true;
            });
    assertThat(last[0].bytesDone()).isEqualTo(last[0].bytesTotal());
    assertThat(repository.verify(report.point(), Progress.NONE)).isEmpty();
  }

  /** Found by the simulation with seed 378. */
  @Test
  void whatABackupThatDiedHasCopiedIsDurableOnceTheNextOneIsDone() {
    boolean died = true;
    for (long call = 1; died; call++) {
      BackupRun other = new BackupRun(run.disk.crash(1));
      CrashProcess dying = other.disk.process();
      dying.killAt(call);
      died = false;
      try {
        Store source = other.openReadOnly(dying, "source");
        other.repository(dying).backup(source.backupSource(), Progress.NONE);
      } catch (ProcessDied e) {
        died = true;
      }
      Point next =
          other.repository().backup(other.open("source").backupSource(), Progress.NONE).point();
      BackupRun found = new BackupRun(other.disk.crash(0));
      assertThat(found.repository().newest()).isEqualTo(next);
      assertThat(found.repository().verify(next, Progress.NONE)).as("dead at " + call).isEmpty();
    }
  }

  /** Found by the simulation with seed 900. */
  @Test
  void aRepositoryWhoseMarkerWentWithThePowerIsMadeAgain() {
    boolean died = true;
    for (long call = 1; died; call++) {
      BackupRun other = new BackupRun(run.disk.crash(1));
      CrashProcess dying = other.disk.process();
      dying.killAt(call);
      died = false;
      try {
        other.repository(dying);
      } catch (ProcessDied e) {
        died = true;
      }
      other.disk.afterEachChange(
          () -> {
            for (long luck = 0; luck < 4; luck++) {
              new BackupRun(other.disk.crash(luck)).repository().expire(Keep.newest(1));
            }
          });
      other.repository().backup(other.open("source").backupSource(), Progress.NONE);
    }
  }

  /** Found by the simulation with seed 3618. */
  @Test
  void aSoundCopyThatIsReadWrongIsNeverGone() {
    Store source = run.open("source");
    Point point = run.repository().backup(source.backupSource(), Progress.NONE).point();
    long calls = 1;
    for (long call = 1; call <= calls; call++) {
      BackupRun other = new BackupRun(run.disk.crash(1));
      CrashProcess process = other.disk.process();
      process.flipAt(call, 7, path -> path.startsWith("/repository/stores/"));
      other.disk.afterEachChange(
          () -> {
            for (long luck = 0; luck < 4; luck++) {
              BackupRun found = new BackupRun(other.disk.crash(luck));
              assertThat(found.repository().verify(point, Progress.NONE)).isEmpty();
            }
          });
      Store again = other.openReadOnly(process, "source");
      other.repository(process).backup(again.backupSource(), Progress.NONE);
      calls = process.calls();
    }
  }

  @Test
  void aDamagedSegmentIsNamedAndNoPointIsMade() {
    Store source = run.open("source");
    Repository repository = run.repository();
    String segment =
        run.disk.files().stream().filter(f -> f.endsWith("0-1.log")).findFirst().orElseThrow();
    byte[] bytes = run.disk.bytes(segment);
    bytes[200] ^= 1;
    run.disk.overwrite(segment, bytes);
    assertThatThrownBy(() -> repository.backup(source.backupSource(), Progress.NONE))
        .isInstanceOfSatisfying(
            CorruptionException.class,
            e -> {
              assertThat(e.file()).isEqualTo("/" + segment);
              assertThat(e.position()).isEqualTo(64);
            });
    assertThat(repository.points()).isEmpty();
    assertThat(repositoryFiles()).noneMatch(file -> file.contains("/new-"));
  }

  @Test
  void everyBitThatTurnsOverInTheRepositoryIsFound() {
    Store source = run.open("source");
    List<List<Event>> held = readAll(source);
    Point point = run.repository().backup(source.backupSource(), Progress.NONE).point();
    for (String file : repositoryFiles()) {
      for (int at = 0; at < run.disk.bytes(file).length; at += 37) {
        CrashDisk damaged = run.disk.crash(1);
        byte[] bytes = damaged.bytes(file);
        bytes[at] ^= (byte) (1 << (at & 7));
        damaged.overwrite(file, bytes);
        BackupRun other = new BackupRun(damaged);
        Repository repository = other.repository();
        assertThat(repository.verify(point, Progress.NONE))
            .singleElement()
            .satisfies(damage -> assertThat(damage.file()).isEqualTo("/" + file));
        assertThatThrownBy(
                () ->
                    repository.restore(
                        point, damaged.process().root().folder("r"), RESTORED, Progress.NONE))
            .isInstanceOf(CorruptionException.class);
        assertThat(damaged.files()).doesNotContain("r/STORE");
        if (at == 0) {
          damaged.remove(file);
          assertThat(repository.verify(point, Progress.NONE)).hasSize(1);
          repository.backup(other.open("source").backupSource(), Progress.NONE);
          assertThat(repository.verify(point, Progress.NONE)).as("copied again").isEmpty();
        }
      }
    }
    assertThat(readAll(source)).isEqualTo(held);
  }

  @Test
  void everyBitThatTurnsOverInAPointIsFound() {
    Store source = run.open("source");
    run.repository().backup(source.backupSource(), Progress.NONE);
    String file =
        run.disk.files().stream().filter(f -> f.endsWith(".point")).findFirst().orElseThrow();
    byte[] sound = run.disk.bytes(file);
    for (int at = 0; at < sound.length; at++) {
      byte[] bytes = sound.clone();
      bytes[at] ^= (byte) (1 << (at & 7));
      run.disk.overwrite(file, bytes);
      assertThatThrownBy(() -> run.repository().points()).hasMessageContaining(file);
      assertThatThrownBy(() -> run.repository().expire(Keep.newest(1))).hasMessageContaining(file);
    }
    run.repository().drop(1);
    assertThat(run.repository().points()).isEmpty();
  }

  @Test
  void wrongFoldersAreRefused(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> Repository.open(folder)).isInstanceOf(BadSettingException.class);
    Files.writeString(folder.resolve("something"), "else");
    assertThatThrownBy(() -> Repository.create(folder))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("something");
    Path path = folder.resolve("store");
    try (Store store = Store.open(path, StoreSettings.defaults());
        LogWriter writer = store.openWriter(OTHER, TINY, "test")) {
      writer.append(Event.of(0, 1, null, new byte[] {1}));
      writer.sync();
      Repository inside = Repository.create(path.resolve("backup"));
      assertThatThrownBy(() -> inside.backup(store.backupSource(), Progress.NONE))
          .isInstanceOf(BadSettingException.class)
          .hasMessageContaining("outside");
      Path link = Files.createSymbolicLink(folder.resolve("link"), path.resolve("backup"));
      Path other = Files.createSymbolicLink(folder.resolve("other"), path);
      Repository linked = Repository.open(link);
      assertThatThrownBy(() -> linked.backup(store.backupSource(), Progress.NONE))
          .isInstanceOf(BadSettingException.class)
          .hasMessageContaining("outside");
      try (Store byLink = Store.openReadOnly(other)) {
        assertThatThrownBy(() -> inside.backup(byLink.backupSource(), Progress.NONE))
            .isInstanceOf(BadSettingException.class)
            .hasMessageContaining("outside");
      }
      Repository repository = Repository.create(folder.resolve("repository"));
      Point point = repository.backup(store.backupSource(), Progress.NONE).point();
      assertThatThrownBy(() -> repository.restore(point, path, Progress.NONE))
          .isInstanceOf(BadSettingException.class)
          .hasMessageContaining("empty folder");
      Path target = folder.resolve("restored");
      repository.restore(point, target, Progress.NONE);
      try (Store restored = Store.openReadOnly(target)) {
        assertThat(read(restored, OTHER)).isEqualTo(read(store, OTHER)).hasSize(1);
      }
    }
  }

  @Test
  void aScheduleBacksUpAndExpiresAndTriesAgainAfterAFailure() {
    Store source = run.open("source");
    LogWriter writer = source.openWriter(ORDERS, TINY, "test");
    Repository repository = run.repository();
    ManualWork work = new ManualWork(1);
    BackupSchedule schedule =
        new BackupSchedule(repository, source.backupSource(), Keep.newest(2), 60_000, work);
    for (int i = 0; i < 4; i++) {
      run.append(writer, 1);
      work.tick();
      work.tick();
      work.runAll();
    }
    assertThat(repository.points()).extracting(Point::number).containsExactly(3L, 4L);
    assertThat(schedule.failure()).isNull();
    run.disk.overwrite("repository/points/00000000000000000003.point", new byte[] {1});
    work.tick();
    work.runAll();
    assertThat(schedule.failure()).isInstanceOf(CorruptionException.class);
    repository.drop(3);
    work.tick();
    work.runAll();
    assertThat(schedule.failure()).isNull();
    assertThat(schedule.last().point()).isEqualTo(repository.newest());
    schedule.close();
    work.tick();
    work.runAll();
    assertThat(repository.newest().number()).isEqualTo(6);
  }

  private Store restore(Repository repository, Point point, String folder) {
    repository.restore(point, run.disk.process().root().folder(folder), RESTORED, Progress.NONE);
    return run.open(folder);
  }
}
