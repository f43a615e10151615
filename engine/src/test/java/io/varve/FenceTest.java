package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.compact.Retention;
import io.varve.testkit.CrashDisk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A writer is taken over between any two calls that it makes, and goes on as if nothing had
 * happened: it is told of nothing durable that its successor did not find, and changes nothing.
 */
final class FenceTest {

  private static long interleavings;

  @AfterAll
  static void tellCount() {
    System.out.println("Interleavings of writers and readers explored: " + interleavings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ac", "acac", "aaaaaaac", "acRac", "acscx", "aaaaaacmmac"})
  void aWriterTakenOverAtAnyCallIsFencedOrWasInTime(String script) {
    for (long call = 1; call <= callsOf(script); call++) {
      LogRun run = newRun();
      LogRun.Host first = run.host();
      first.process.before(
          call,
          () -> {
            LogRun.Host second = run.host();
            run.takeOverBy(second);
            second.appendAndCommit();
            second.appendAndCommit();
          });
      goOn(run, first, script, "taken over before call " + call);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ac", "acaaaaaac", "acx"})
  void aWriterWhoseSuccessorDiesAtAnyCallIsFencedByTheNext(String script) {
    for (long call = 1; call <= callsOf(script); call++) {
      for (long death = 1 + call % 5; death <= 90; death += 5) {
        LogRun run = newRun();
        LogRun.Host first = run.host();
        long deathCall = death;
        first.process.before(
            call,
            () -> {
              LogRun.Host second = run.host();
              second.process.killAt(deathCall);
              run.dying(
                  () -> {
                    run.takeOverBy(second);
                    second.appendAndCommit();
                  });
              LogRun.Host third = run.host();
              run.takeOverBy(third);
              third.appendAndCommit();
            });
        goOn(run, first, script, "call " + call + ", successor dies at its call " + death);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ac", "acaaaaaacaa"})
  void ofTwoThatTakeOverAtOnceOneGoesOn(String script) {
    boolean overtaken = true;
    for (long call = 1; overtaken; call++) {
      LogRun run = newRun();
      run.run(script);
      LogRun.Host first = run.host();
      LogRun.Host second = run.host();
      first.process.before(
          call,
          () -> {
            run.takeOverBy(second);
            second.appendAndCommit();
          });
      try {
        run.takeOverBy(first);
        overtaken = first.process.calls() >= call;
        if (!overtaken) {
          break;
        }
        LogRun.Host winner = first.isOwner() ? first : second;
        LogRun.Host loser = first.isOwner() ? second : first;
        assertThat(winner.appendAndCommit()).as("the winner goes on").isTrue();
        assertThat(loser.isOpen() && loser.appendAndCommit()).as("the loser goes on").isFalse();
        assertThat(winner.appendAndCommit()).as("the winner goes on").isTrue();
        winner.checkAllRead(true);
        interleavings++;
      } catch (RuntimeException | AssertionError e) {
        fail("Behind '" + script + "', overtaken before call " + call, e);
      }
    }
  }

  @Test
  void readersThatLookBetweenAnyTwoCallsSeeAPrefixThatStays() {
    String script = "acgcaaaaaacTaczcaaaaaaacKacmmaaaaacmmac";
    for (long call = 1; call <= callsOf(script); call++) {
      LogRun run = newRun(new Retention(-1, 9000));
      LogRun.Host first = run.host();
      LogRun.Host onlooker = run.host();
      first.process.before(call, () -> look(run, onlooker));
      goOn(run, first, script, "looked at before call " + call);
      look(run, onlooker);
      onlooker.closeAll();
    }
  }

  @Test
  void readersThatAreInterruptedByTheWriterAtAnyCallReadOn() {
    for (long call = 1; call <= 120; call++) {
      LogRun run = newRun(new Retention(-1, 9000));
      run.run("aaaaaaaaaaac");
      LogRun.Host onlooker = run.host();
      onlooker.openReadOnly();
      onlooker.process.before(call, () -> run.run("aaaaaaaaaaaacmaaacmm"));
      onlooker.process.before(call + 15, () -> run.run("RaaaaaaaaaaaacmTaaacmm"));
      try {
        onlooker.read();
        onlooker.read();
        onlooker.closeReader();
        onlooker.read();
        run.current().checkAllRead(true);
        interleavings++;
      } catch (RuntimeException | AssertionError e) {
        fail("Overtaken before call " + call, e);
      }
    }
  }

  private static void look(LogRun run, LogRun.Host onlooker) {
    if (!run.disk.process().root().contains("STORE")) {
      return;
    }
    if (!onlooker.isOpen()) {
      onlooker.openReadOnly();
    }
    if (onlooker.seesLog()) {
      onlooker.read();
    }
  }

  private static void goOn(LogRun run, LogRun.Host first, String script, String what) {
    try {
      run.takeOverBy(first);
      run.runOn(first, script);
      run.current().checkAllRead(true);
      run.on(run.disk.crash(1)).checkRecovery();
      run.on(run.disk.crash(0)).checkRecovery();
      interleavings++;
    } catch (RuntimeException | AssertionError e) {
      fail("Script '" + script + "', " + what, e);
    }
  }

  private static long callsOf(String script) {
    LogRun run = newRun();
    LogRun.Host first = run.host();
    run.takeOverBy(first);
    run.runOn(first, script);
    return first.process.calls();
  }

  private static LogRun newRun() {
    return newRun(Retention.FOREVER);
  }

  private static LogRun newRun(Retention retention) {
    return new LogRun(new CrashDisk(), LogRun.TINY.withRetention(retention).withSegmentMs(2500), 1);
  }
}
