package io.varve;

import static io.varve.BackupRun.ORDERS;
import static io.varve.BackupRun.OTHER;
import static io.varve.BackupRun.TINY;
import static io.varve.BackupRun.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import io.varve.base.OwnedException;
import io.varve.event.Event;
import io.varve.format.Loss;
import io.varve.repair.RepairPlan;
import io.varve.repair.RepairPlan.LogDamage;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ProcessDied;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files are damaged, and repair keeps all that can be read and tells all that can't. */
final class RepairTest {

  private static final String LOG = "source/streams/orders/g1/p0/";

  private final CrashDisk sound = killedTwice();
  private final List<Event> held = read(new BackupRun(sound.crash(1)).open("source"), ORDERS);

  /** Sealed segments, one that a takeover closed, and one that was being written. */
  private static CrashDisk killedTwice() {
    BackupRun run = BackupRun.written();
    CrashProcess second = run.disk.process();
    run.append(run.open(second, "source").openWriter(ORDERS, TINY, "test"), 4);
    run.append(run.open(second, "source").openWriter(ORDERS, TINY, "test"), 3);
    second.kill();
    return run.disk;
  }

  @Test
  void aSoundStoreHasNothingToRepair() {
    CrashDisk disk = sound.crash(1);
    Store store = new BackupRun(disk).open("source");
    assertThat(store.planRepair().isSound()).isTrue();
    assertThat(store.losses(ORDERS)).isEmpty();
  }

  @Test
  void bitsThatTurnOverInSegmentsCostTheirBatchAtMost() {
    for (String file : logFiles(".log")) {
      byte[] bytes = sound.bytes(file);
      for (int at = 0; at < bytes.length; at += 23) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << (at & 7));
        long lost = repair(file, damaged, "bit in byte " + at);
        assertThat(lost).as(file + " at " + at).isLessThanOrEqualTo(2);
      }
    }
  }

  @Test
  void segmentsThatAreCutKeepWhatIsInFront() {
    for (String file : logFiles(".log")) {
      byte[] bytes = sound.bytes(file);
      for (int length = 0; length < bytes.length; length += 97) {
        repair(file, Arrays.copyOf(bytes, length), "cut to " + length);
      }
      byte[] zeros = bytes.clone();
      Arrays.fill(zeros, 64, zeros.length / 2, (byte) 0);
      assertThat(repair(file, zeros, "half of it zeros")).isPositive();
    }
  }

  @Test
  void segmentsThatAreMissingAreLostAsAWhole() {
    for (String file : logFiles(".log")) {
      assertThat(repair(file, null, "missing")).isPositive();
    }
  }

  @Test
  void indexesAndCommitFilesAreMadeAnewWithoutALoss() {
    for (String file : logFiles(".idx")) {
      byte[] bytes = sound.bytes(file);
      bytes[50] ^= 1;
      assertThat(repair(file, bytes, "damaged")).isZero();
      assertThat(repair(file, null, "missing")).isZero();
    }
    String commits =
        sound.files().stream()
            .filter(file -> file.startsWith(LOG + "commit-"))
            .reduce((first, second) -> second)
            .orElseThrow();
    assertThat(repair(commits, new byte[12288], "zeros")).isZero();
    assertThat(repair(commits, null, "missing")).isZero();
  }

  @Test
  void aDamagedManifestIsLeftToABackup() {
    String manifest = logFiles(".manifest").get(0);
    CrashDisk disk = sound.crash(1);
    byte[] bytes = disk.bytes(manifest);
    bytes[40] ^= 1;
    disk.overwrite(manifest, bytes);
    Store store = new BackupRun(disk).open("source");
    RepairPlan plan = store.planRepair();
    assertThat(plan.logs())
        .singleElement()
        .satisfies(log -> assertThat(log.beyondRepair()).contains(manifest));
    store.repair(plan);
    assertThat(disk.bytes(manifest)).isEqualTo(bytes);
    assertThat(read(store, OTHER)).hasSize(3);
  }

  /** Without its manifest a log must not look like one that never had an event. */
  @Test
  void aMissingManifestIsDamageToo() {
    String manifest = logFiles(".manifest").get(0);
    CrashDisk disk = sound.crash(1);
    disk.remove(manifest);
    List<String> left = disk.files().stream().filter(file -> file.endsWith(".log")).toList();
    Store store = new BackupRun(disk).open("source");

    assertThat(store.planRepair().logs())
        .singleElement()
        .satisfies(log -> assertThat(log.beyondRepair()).contains("a manifest").contains("none"));
    assertThatThrownBy(() -> store.openReader(ORDERS, ReadRange.all()))
        .isInstanceOf(CorruptionException.class);
    for (int opening = 0; opening < 3; opening++) {
      assertThatThrownBy(() -> store.openWriter(ORDERS, TINY, "test"))
          .isInstanceOf(CorruptionException.class);
    }
    assertThat(disk.files()).containsAll(left);
    assertThat(read(store, OTHER)).hasSize(3);
  }

  @Test
  void aLogThatIsOwnedOrHasChangedIsNotTouched() {
    CrashDisk disk = damaged();
    BackupRun run = new BackupRun(disk);
    Store store = run.open("source");
    RepairPlan plan = store.planRepair();
    assertThat(plan.isSound()).isFalse();
    LogWriter writer = run.open("source").openWriter(ORDERS, TINY, "living");
    assertThatThrownBy(() -> store.repair(plan))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("plan again");
    RepairPlan again = store.planRepair();
    assertThatThrownBy(() -> store.repair(again))
        .isInstanceOf(OwnedException.class)
        .hasMessageContaining("living");
    run.append(writer, 1);
    assertThat(disk.files()).noneMatch(file -> file.contains("/damaged/"));
  }

  @Test
  void aRepairThatDiesAtAnyCallCanBeDoneAgain() {
    CrashDisk disk = damaged();
    long calls = 1;
    for (long call = 1; call <= calls; call++) {
      for (long survivor = 0; survivor < 4; survivor++) {
        BackupRun run = new BackupRun(disk.crash(1));
        CrashProcess process = run.disk.process();
        process.killAt(call);
        try {
          Store store = run.open(process, "source");
          store.repair(store.planRepair());
          calls = 0;
        } catch (ProcessDied e) {
          calls = call + 1;
        }
        BackupRun next =
            new BackupRun(
                survivor == 3 ? run.disk : run.disk.crash(survivor < 2 ? survivor : call));
        Store store = next.open("source");
        store.repair(store.planRepair());
        checkRepaired(next, store, 1, "killed at call " + call + ", survivor " + survivor);
      }
    }
  }

  /** With a batch of a sealed segment damaged. */
  private CrashDisk damaged() {
    CrashDisk disk = sound.crash(1);
    String file = logFiles(".log").get(0);
    byte[] bytes = disk.bytes(file);
    bytes[1500] ^= 1;
    disk.overwrite(file, bytes);
    return disk;
  }

  private List<String> logFiles(String suffix) {
    return sound.files().stream()
        .filter(file -> file.startsWith(LOG) && file.endsWith(suffix))
        .sorted()
        .toList();
  }

  /**
   * Repairs the store with one file damaged, or missing if null; returns how many events it lost.
   */
  private long repair(String file, byte[] damaged, String what) {
    CrashDisk disk = sound.crash(1);
    if (damaged == null) {
      disk.remove(file);
    } else {
      disk.overwrite(file, damaged);
    }
    BackupRun run = new BackupRun(disk);
    Store store = run.open("source");
    List<String> before = disk.files();
    try {
      RepairPlan plan = store.planRepair();
      assertThat(disk.files()).isEqualTo(before);
      if (plan.isSound()) {
        assertThat(damaged).as("bytes that are no part of the log").isNotNull();
        run.append(store.openWriter(ORDERS, TINY, "next"), 1);
        assertThat(read(store, ORDERS)).startsWith(held.toArray(new Event[0]));
        return 0;
      }
      assertThat(plan.logs()).extracting(LogDamage::log).containsExactly(ORDERS);
      store.repair(plan);
      for (String other : before) {
        if (!other.equals(file) && !other.contains(".manifest")) {
          assertThat(disk.bytes(other)).as(other).isEqualTo(sound(other));
        }
      }
      if (damaged != null) {
        String aside = LOG + "damaged/" + file.substring(LOG.length());
        assertThat(disk.bytes(aside)).isEqualTo(damaged);
      }
      checkRepaired(run, store, plan.eventsLost(), what);
      return plan.eventsLost();
    } catch (RuntimeException | AssertionError e) {
      return fail(file + ", " + what, e);
    }
  }

  private byte[] sound(String file) {
    return sound.files().contains(file) ? sound.bytes(file) : new byte[0];
  }

  /** What is left is what was held but for what is recorded as lost, and the log goes on. */
  private void checkRepaired(BackupRun run, Store store, long lost, String what) {
    List<Event> left = read(store, ORDERS);
    List<Loss.Range> ranges =
        store.losses(ORDERS).stream().flatMap(loss -> loss.ranges().stream()).toList();
    List<Event> unreported =
        held.stream()
            .filter(
                event ->
                    ranges.stream()
                        .noneMatch(r -> r.from() <= event.offset() && event.offset() < r.to()))
            .toList();
    assertThat(left).as(what).isEqualTo(unreported);
    assertThat(store.losses(ORDERS).stream().mapToLong(Loss::events).sum())
        .as(what)
        .isEqualTo(lost)
        .isEqualTo(held.size() - left.size());
    assertThat(store.planRepair().isSound()).as(what).isTrue();
    LogWriter writer = store.openWriter(ORDERS, TINY, "next");
    assertThat(writer.nextOffset()).as(what).isEqualTo(held.size());
    run.append(writer, 9);
    assertThat(read(store, ORDERS)).as(what).hasSize(left.size() + 9);
    assertThat(store.planRepair().isSound()).as(what).isTrue();
  }
}
