package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.base.VarveException;
import io.varve.event.Event;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess.Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Passes that are cut short: the power goes after every change on the disk, each call in turn
 * fails, another process takes the log over before each call. {@link CompactionRun} says what must
 * be true then.
 */
final class CompactionCrashTest {

  private static long states;

  @AfterAll
  static void tellCount() {
    System.out.println("Passes cut short: " + states);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AAAcmmmmm", "AArAcmrmAcmArmm", "AAAcxmmmAAcxmmmmmmmmmmmm", "AAcmAKmAcmmTzmm"})
  void aCrashLeavesTheOldSegmentsOrTheNew(String script) {
    CompactionRun whole = newRun();
    whole.run(script);
    for (long change = 0; change <= whole.disk.changes(); change++) {
      for (long luck = 0; luck < 3; luck++) {
        try {
          CompactionRun run = newRun();
          run.disk.powerOffAfter(change);
          run.run(script);
          CompactionRun found = run.on(run.disk.crash(luck < 2 ? luck : luck + change));
          found.run("");
          found.check();
          found.run("Acm");
          if (luck == 0) {
            found.checkFullyCompacted();
          }
          found.close();
          states++;
        } catch (RuntimeException | AssertionError e) {
          fail("Script '%s', power off after change %d, %d".formatted(script, change, luck), e);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aPassThatFailsDoesNotStopTheWriter(Fault fault) {
    boolean struck = true;
    for (long call = 1; struck; call++) {
      try {
        CompactionRun run = newRun();
        run.run("AAAcm");
        run.expectFaults();
        run.process.failAt(run.process.calls() + call, fault);
        run.run("mmmmm");
        struck = run.process.hasFailed();
        run.process.heal();
        VarveException failure = run.writer() == null ? null : run.writer().failure();
        if (failure != null) {
          if (failure.getMessage().startsWith("Compacting")) {
            // A folder's sync, a manifest: whether they happened is not known.
            assertThat(failure.getMessage())
                .containsAnyOf("p0: ", "manifest")
                .doesNotContain(".log", ".idx");
          }
          run.run("x");
        }
        run.run("Ac");
        run.check();
        run.checkFullyCompacted();
        run.close();
        states++;
      } catch (RuntimeException | AssertionError e) {
        fail(fault + " at call " + call, e);
      }
    }
  }

  @Test
  void aPassThatFailedIsTriedAgain() {
    CompactionRun run = newRun();
    run.run("AAAcm");
    run.expectFaults();
    run.process.failAt(run.process.calls() + 30, Fault.DISK_FULL);
    run.run("m");
    run.process.heal();
    assertThat(run.metrics().failures()).isEqualTo(1);
    assertThat(run.metrics().passes()).isZero();
    run.run("mmm");
    assertThat(run.metrics().passes()).as("not at once").isZero();
    run.run("m".repeat(60));
    assertThat(run.metrics().passes()).isPositive();
    run.check();
    run.close();
  }

  @Test
  void aWriterThatWasTakenOverChangesNothing() {
    boolean reached = true;
    for (long call = 1; reached; call++) {
      CompactionRun run = newRun();
      run.run("AAAcm");
      List<Boolean> taken = new ArrayList<>();
      run.process.before(
          run.process.calls() + call,
          () -> {
            taken.add(true);
            run.run("TcAcmmm");
          });
      try {
        run.run("mmm");
        reached = !taken.isEmpty();
        if (reached) {
          run.run("zzmzAcm");
          run.check();
          run.checkFullyCompacted();
          run.close();
        }
      } catch (RuntimeException | AssertionError e) {
        fail("Taken over before call " + call, e);
      }
      states++;
    }
  }

  @Test
  void aDamagedSegmentIsKeptAndTheWriterGoesOn() {
    CompactionRun run = newRun();
    run.run("AAAc");
    String segment =
        run.disk.files().stream().filter(file -> file.endsWith(".log")).sorted().findFirst().get();
    byte[] bytes = run.disk.bytes(segment);
    bytes[300] ^= 1;
    run.disk.overwrite(segment, bytes);
    run.run("mmm");
    assertThat(run.metrics().failures()).isEqualTo(1);
    run.run("m".repeat(70) + "Acm");
    assertThat(run.metrics().failures()).as("it is not tried again").isEqualTo(1);
    assertThat(run.metrics().passes()).isZero();
    assertThat(run.writer().failure()).isNull();
    assertThat(run.disk.bytes(segment)).isEqualTo(bytes);
  }

  @Test
  void aReaderGoesOnInWhatWasReplaced() {
    CompactionRun run = newRun();
    run.run("AAAc");
    List<Event> before = run.readAll();
    try (LogReader reader = run.openReader()) {
      List<Event> seen = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        assertThat(reader.next()).isTrue();
        seen.add(reader.event().toEvent());
      }
      run.run("mmmmm");
      assertThat(run.metrics().eventsRemoved()).isPositive();
      while (reader.next()) {
        seen.add(reader.event().toEvent());
      }
      assertThat(seen).isEqualTo(before);
    }
    run.checkFullyCompacted();
    run.close();
  }

  private static CompactionRun newRun() {
    return new CompactionRun(new CrashDisk(), CompactionRun.SETTINGS, StoreSettings.defaults(), 1);
  }
}
