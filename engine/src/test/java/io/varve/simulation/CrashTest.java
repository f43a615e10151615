package io.varve.simulation;

import static org.assertj.core.api.Assertions.fail;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power goes: after every change that a run makes on the disk, with several of the states that
 * the disk may be found in, and again while the log is recovered. {@link World} says what must be
 * true then. A failure names script, seeds and the change: all that {@link #check} needs to run
 * just that one again.
 */
final class CrashTest {

  private static final int SURVIVORS = 3;

  private static long states;

  @AfterAll
  static void tellCount() {
    System.out.println("Crash states explored: " + states);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aacac",
        "acxoacx",
        "aaaaaaaaaaaac",
        "aaaaacaaaaaacaac",
        "aqaqawwaqwwwaqc",
        "acscRsgc",
        "abcbac",
        "aacmaaacmmaacm",
        "acTaczacZac",
        "aacaTzaczaaaaaacMac",
        "aacKacaKaac",
        "acaavoac",
        "aaaaaaaaaaaaaaacmmrmRmaac",
        "arcraacrTacrzac"
      })
  void everyCrashOfShortRunsLosesNothingThatWasAcknowledged(String script) {
    for (Retention retention : List.of(Retention.FOREVER, new Retention(1500, 9000))) {
      LogSettings settings = Setup.TINY.withRetention(retention).withSegmentMs(2500);
      World whole = new World(settings, 1);
      whole.run(script);
      for (long change = 0; change <= whole.disk.changes(); change++) {
        for (long luck = 0; luck < SURVIVORS; luck++) {
          long survivor = luck < 2 ? luck : luck + change;
          check(script, settings, 1, change, survivor, change % 32 == luck);
        }
      }
    }
  }

  /**
   * The same of one run, for scripts that change a lot: of a log that is compacted, and backed up.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "AAAcmmmmm",
        "AArAcmrmAcmArmm",
        "AAAcxmmmAAcxmmmmmmmmmmmm",
        "AAcmAKmAcmmTMmm",
        "AcSAcmmSmmmDmmDm",
        "AcBAcBxABE",
        "AcSAcmmmNBUDmEmU"
      })
  void everyCrashOfPassesAndBackupsLosesNothingThatIsNeeded(String script) {
    World run = new World(Setup.of(Setup.TINY), World.KEYED, 1);
    run.disk.afterEachChange(() -> checkCopies(run, script));
    run.run(script);
  }

  private static void checkCopies(World run, String script) {
    long change = run.disk.changes();
    for (long luck = 0; luck < SURVIVORS; luck++) {
      long survivor = luck < 2 ? luck : luck + change;
      try {
        World found = run.on(run.disk.crash(survivor));
        found.checkRecovery();
        if (luck == 0 && change % 4 == 0) {
          run.on(run.disk.crash(survivor)).checkCompaction();
        }
        states++;
      } catch (RuntimeException | AssertionError e) {
        fail(
            "Script '%s', power off after change %d, survivor %d"
                .formatted(script, change, survivor),
            e);
      }
    }
  }

  /** A gap's end that no mark covers is said by a manifest, which shows before it is durable. */
  @Test
  void thePowerTakesNoEndOfAGapBackThatAReaderWasShown() {
    lookOnBeforeEachCall(
        onlooker -> {
          onlooker.openReadOnly();
          if (onlooker.store().contains(onlooker.world.log())) {
            onlooker.world.model.log(onlooker.world.log()).acknowledge(end(onlooker));
          }
        });
  }

  private static long end(Host onlooker) {
    try (LogReader reader = onlooker.store().openReader(onlooker.world.log(), ReadRange.all())) {
      return reader.endOffset();
    }
  }

  @Test
  void thePowerTakesNoEndOfAGapBackThatABackupHolds() {
    lookOnBeforeEachCall(
        onlooker -> {
          onlooker.openStore();
          onlooker.keeping().backUp();
        });
  }

  private static void lookOnBeforeEachCall(Consumer<Host> look) {
    boolean looked = true;
    for (long call = 1; looked; call++) {
      World run = new World(Setup.TINY.withSegmentMs(500), 1);
      Host owner = run.host();
      owner.process.before(
          call,
          () -> {
            if (run.hasStore()) {
              look.accept(run.host());
              run.on(run.disk.crash(0)).checkRecovery();
              states++;
            }
          });
      try {
        run.runOn(run.takeOverBy(owner), "scascmscRscx");
      } catch (RuntimeException | AssertionError e) {
        fail("Looked on before call " + call, e);
      }
      looked = call <= owner.process.calls();
    }
  }

  /** Runs a script up to a change, lets the power go, and checks what is found then. */
  private static void check(
      String script,
      LogSettings settings,
      long seed,
      long change,
      long survivor,
      boolean crashRecovery) {
    try {
      World run = crashed(script, settings, seed, change);
      World found = run.on(run.disk.crash(survivor));
      found.checkRecovery();
      states++;
      long recovery = crashRecovery ? found.disk.changes() : -1;
      for (long second = 0; second <= recovery; second += 2 + change % 5) {
        World again = run.on(run.disk.crash(survivor));
        again.disk.powerOffAfter(second);
        again.run("ac");
        again.on(again.disk.crash(survivor + second)).checkRecovery();
        states++;
      }
    } catch (RuntimeException | AssertionError e) {
      fail(
          "Script '%s', seed %d, power off after change %d, survivor %d, %s"
              .formatted(script, seed, change, survivor, settings),
          e);
    }
  }

  private static World crashed(String script, LogSettings settings, long seed, long change) {
    World run = new World(settings, seed);
    run.disk.powerOffAfter(change);
    run.run(script);
    return run;
  }
}
