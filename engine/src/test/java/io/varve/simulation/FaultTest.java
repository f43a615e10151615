package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.SchemaStore;
import io.varve.Store;
import io.varve.TestStores;
import io.varve.base.NoSuchStreamException;
import io.varve.base.StoreFailedException;
import io.varve.compact.Retention;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.CrashProcess.Fault;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each call in turn fails. The writer stops for good with that first cause, nothing that it
 * acknowledged is lost, and opening the log again goes on.
 */
final class FaultTest {

  private static final String[] SCRIPTS = {
    "acac", "aaaaaaacaaac", "abcgcscx", "acRacaaaaaaac", "aaaaaacmmaaaaaaacmmac"
  };

  /** Of a log that is compacted, and backed up. */
  private static final String[] COPYING = {"AAcmmmAcmmmx", "AcSABmmmD", "AcSAcNBEUx"};

  private static long faults;

  @AfterAll
  static void tellCount() {
    System.out.println("Failed calls explored: " + faults);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aWriterStopsWithTheFirstFailureAndReopeningGoesOn(Fault fault) {
    for (String script : SCRIPTS) {
      failAtEachCall(FaultTest::newRun, fault, script);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void passesAndBackupsThatFailLeaveNothingHalf(Fault fault) {
    for (String script : COPYING) {
      failAtEachCall(FaultTest::newKeyedRun, fault, script);
    }
  }

  private static void failAtEachCall(Supplier<World> runs, Fault fault, String script) {
    boolean struck = true;
    for (long call = 1; struck; call++) {
      try {
        struck = failAt(runs.get(), call, fault, script);
      } catch (RuntimeException | AssertionError e) {
        fail("Script '" + script + "', " + fault + " at call " + call, e);
      }
      faults++;
    }
  }

  @Test
  void aProcessThatDiesAtAnyCallIsSucceeded() {
    for (String script : SCRIPTS) {
      dieAtEachCall(FaultTest::newRun, script);
    }
    for (String script : COPYING) {
      dieAtEachCall(FaultTest::newKeyedRun, script);
    }
  }

  private static void dieAtEachCall(Supplier<World> runs, String script) {
    boolean dead = true;
    for (long call = 1; dead; call++) {
      World run = runs.get();
      Host first = run.host();
      first.process.killAt(call);
      try {
        run.dying(
            () -> {
              run.takeOverBy(first);
              run.runOn(first, script);
            });
        dead = first.process.isDead();
        run.run("acr");
        // With all lost that nobody has synced, or nothing.
        run.on(run.disk.crash(call % 2)).checkRecovery();
      } catch (RuntimeException | AssertionError e) {
        fail("Script '" + script + "', dead at call " + call, e);
      }
      faults++;
    }
  }

  private static boolean failAt(World run, long call, Fault fault, String script) {
    Host host = run.host();
    host.process.failAt(call, fault);
    try {
      run.takeOverBy(host);
    } catch (StoreFailedException e) {
      assertThat(e.diskFull()).isEqualTo(fault == Fault.DISK_FULL);
      assertThat(host.isOpen()).isFalse();
      host.openStore();
    }
    run.runOn(host, script);
    if (host.process.hasFailed()) {
      host.writing().checkStopped();
    }
    host.process.heal();
    // What the power would leave now, and what the same process can go on with.
    run.on(run.disk.crash(call % 3)).checkRecovery();
    host.writing().reopen();
    host.reading().checkAll(true);
    run.runOn(host, "aacr");
    host.reading().checkAll(true);
    host.closeAll();
    return host.process.hasFailed();
  }

  @Test
  void aReaderWhoseCallFailsSaysSoAndReadsOn() {
    for (long call = 1; call < 100; call++) {
      World run = newRun();
      run.run("aaaaaaaaaaaacaaac");
      Host onlooker = run.host();
      onlooker.process.failAt(call, Fault.IO_ERROR);
      for (int attempt = 0; attempt < 3; attempt++) {
        try {
          if (!onlooker.isOpen()) {
            onlooker.openReadOnly();
          }
          onlooker.reading().follow();
        } catch (StoreFailedException e) {
          assertThat(e).hasMessageContaining("Input/output error");
        }
      }
      onlooker.process.heal();
      onlooker.reading().checkAll(true);
      onlooker.closeAll();
      faults++;
    }
  }

  @Test
  void aSchemaIsDurableWhoeverBeganToStoreIt() {
    byte[] schema = {1, 2, 3};
    for (long death = 1; death < 40; death++) {
      CrashDisk disk = new CrashDisk();
      CrashProcess first = disk.process();
      first.killAt(death);
      try {
        open(first).schemas().put(7, schema);
      } catch (ProcessDied e) {
        assertThat(first.isDead()).isTrue();
      }
      open(disk.process()).schemas().put(7, schema);
      for (long survivor = 0; survivor < 4; survivor++) {
        assertThat(open(disk.crash(survivor).process()).schemas().get(7)).isEqualTo(schema);
      }
    }
  }

  @Test
  void aSchemaThatWasNotAcknowledgedIsThereOrNot() {
    byte[] schema = {1, 2, 3};
    for (long change = 0; change < 20; change++) {
      for (long survivor = 0; survivor < 6; survivor++) {
        CrashDisk disk = new CrashDisk();
        disk.powerOffAfter(change);
        try {
          open(disk.process()).schemas().put(7, schema);
        } catch (ProcessDied e) {
          assertThat(disk.isOff()).isTrue();
        }
        SchemaStore schemas = open(disk.crash(survivor).process()).schemas();
        try {
          assertThat(schemas.get(7)).isEqualTo(schema);
        } catch (NoSuchStreamException e) {
          assertThat(disk.isOff()).isTrue();
        }
        schemas.put(7, schema);
        assertThat(schemas.get(7)).isEqualTo(schema);
      }
    }
  }

  private static Store open(CrashProcess process) {
    return TestStores.open(
        process.root(),
        new ManualClock(),
        new ManualWork(0),
        process.instance(new Random(process.hashCode())));
  }

  private static World newKeyedRun() {
    return new World(Setup.of(Setup.TINY), World.KEYED, 1);
  }

  private static World newRun() {
    return new World(Setup.TINY.withRetention(new Retention(-1, 9000)).withSegmentMs(2500), 1);
  }
}
