package io.varve;

import static io.varve.BackupRun.ORDERS;
import static io.varve.BackupRun.TINY;
import static io.varve.BackupRun.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.backup.Keep;
import io.varve.backup.Progress;
import io.varve.backup.Repository;
import io.varve.base.StoreFailedException;
import io.varve.event.Event;
import io.varve.format.Point;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.CrashProcess.Fault;
import io.varve.testkit.ProcessDied;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Backups, restores and expiries that are ended at each of their calls, by the process's death, the
 * power, or a disk that fails or is full: no point names what is not there, and the next one goes
 * on.
 */
final class BackupCrashTest {

  private static final UUID RESTORED = new UUID(1, 2);

  /** A store with a first point in a repository, and with more events since. */
  private static CrashDisk begun() {
    BackupRun run = BackupRun.written();
    CrashProcess process = run.disk.process();
    Store source = run.open(process, "source");
    run.repository(process).backup(source.backupSource(), Progress.NONE);
    run.append(source.openWriter(ORDERS, TINY, "test"), 9);
    process.kill();
    return run.disk;
  }

  private static void backup(BackupRun run, CrashProcess process) {
    try (Store source = run.openReadOnly(process, "source")) {
      run.repository(process).backup(source.backupSource(), Progress.NONE);
    }
  }

  private static void expire(BackupRun run, CrashProcess process) {
    run.repository(process).expire(Keep.newest(1));
  }

  private static void restore(BackupRun run, CrashProcess process) {
    Repository repository = run.repository(process);
    repository.restore(
        repository.newest(), process.root().folder("restored"), RESTORED, Progress.NONE);
  }

  @Test
  void aBackupThatDiesAtAnyCallIsGoneOnWith() {
    endAtEachCall(begun(), BackupCrashTest::backup);
  }

  @Test
  void anExpiryThatDiesAtAnyCallSparesWhatKeptPointsName() {
    BackupRun run = new BackupRun(begun());
    backup(run, run.disk.process());
    endAtEachCall(run.disk, BackupCrashTest::expire);
  }

  @Test
  void aRestoreThatDiesAtAnyCallLeavesAStoreThatIsWholeOrNone() {
    endAtEachCall(begun(), BackupCrashTest::restore);
  }

  private interface Step {
    void run(BackupRun run, CrashProcess process);
  }

  private static void endAtEachCall(CrashDisk disk, Step step) {
    BackupRun whole = new BackupRun(disk.crash(1));
    CrashProcess counted = whole.disk.process();
    long changesBefore = whole.disk.changes();
    step.run(whole, counted);
    check(whole, "the whole run");
    for (long call = 1; call <= counted.calls(); call++) {
      long at = call;
      end(disk, step, process -> process.killAt(at), "killed at call " + at);
      for (Fault fault : Fault.values()) {
        end(disk, step, process -> process.failAt(at, fault), fault + " at call " + at);
      }
    }
    for (long change = 0; change < whole.disk.changes() - changesBefore; change++) {
      for (long survivor = 0; survivor < 3; survivor++) {
        BackupRun run = new BackupRun(disk.crash(1));
        run.disk.powerOffAfter(run.disk.changes() + change);
        attempt(run, step, run.disk.process());
        check(
            new BackupRun(run.disk.crash(survivor < 2 ? survivor : survivor + change)),
            "power off after change " + change + ", survivor " + survivor);
      }
    }
  }

  private static void end(CrashDisk disk, Step step, Consumer<CrashProcess> trouble, String what) {
    BackupRun run = new BackupRun(disk.crash(1));
    CrashProcess process = run.disk.process();
    trouble.accept(process);
    attempt(run, step, process);
    if (!process.isDead()) {
      assertThat(process.openFiles()).as(what).isEmpty();
      process.kill();
    }
    check(run, what);
  }

  private static void attempt(BackupRun run, Step step, CrashProcess process) {
    try {
      step.run(run, process);
    } catch (ProcessDied | StoreFailedException e) {
      // What it leaves is looked at.
    }
  }

  /** Every point is whole, the next backup and restore work, and a restored store is complete. */
  private static void check(BackupRun run, String what) {
    try {
      Store source = run.open("source");
      List<List<Event>> held = readAll(source);
      Repository repository = run.repository();
      for (Point point : repository.points()) {
        assertThat(repository.verify(point, Progress.NONE)).isEmpty();
      }
      CrashProcess onlooker = run.disk.process();
      if (onlooker.root().folder("restored").contains("STORE")) {
        Store restored = run.open("restored");
        assertThat(restored.stats(ORDERS).events())
            .isEqualTo(repository.point(1).logs().get(0).events());
      }
      Point next = repository.backup(source.backupSource(), Progress.NONE).point();
      assertThat(repository.verify(next, Progress.NONE)).isEmpty();
      repository.expire(Keep.newest(1));
      repository.restore(next, run.disk.process().root().folder("again"), RESTORED, Progress.NONE);
      assertThat(readAll(run.open("again"))).isEqualTo(held);
      assertThat(run.disk.files()).noneMatch(file -> file.matches("repository/stores/.*/new-.*"));
    } catch (RuntimeException | AssertionError e) {
      fail(what, e);
    }
  }
}
