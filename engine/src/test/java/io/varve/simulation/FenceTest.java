package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.varve.compact.Retention;
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
      World run = newRun();
      Host first = run.host();
      first.process.before(
          call,
          () -> {
            Host second = run.host();
            run.takeOverBy(second);
            second.writing().appendAndCommit();
            second.writing().appendAndCommit();
          });
      goOn(run, first, script, "taken over before call " + call);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ac", "acaaaaaac", "acx"})
  void aWriterWhoseSuccessorDiesAtAnyCallIsFencedByTheNext(String script) {
    for (long call = 1; call <= callsOf(script); call++) {
      for (long death = 1 + call % 5; death <= 90; death += 5) {
        World run = newRun();
        Host first = run.host();
        long deathCall = death;
        first.process.before(
            call,
            () -> {
              Host second = run.host();
              second.process.killAt(deathCall);
              run.dying(
                  () -> {
                    run.takeOverBy(second);
                    second.writing().appendAndCommit();
                  });
              Host third = run.host();
              run.takeOverBy(third);
              third.writing().appendAndCommit();
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
      World run = newRun();
      run.run(script);
      Host first = run.host();
      Host second = run.host();
      first.process.before(
          call,
          () -> {
            run.takeOverBy(second);
            second.writing().appendAndCommit();
          });
      try {
        run.takeOverBy(first);
        overtaken = first.process.calls() >= call;
        if (!overtaken) {
          break;
        }
        Host winner = first.owns(run.log()) ? first : second;
        Host loser = first.owns(run.log()) ? second : first;
        assertThat(winner.writing().appendAndCommit()).as("the winner goes on").isTrue();
        assertThat(loser.isOpen() && loser.writing().appendAndCommit())
            .as("the loser goes on")
            .isFalse();
        assertThat(winner.writing().appendAndCommit()).as("the winner goes on").isTrue();
        winner.reading().checkAll(true);
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
      World run = newRun(new Retention(-1, 9000));
      Host first = run.host();
      Host onlooker = run.host();
      first.process.before(call, () -> look(run, onlooker));
      goOn(run, first, script, "looked at before call " + call);
      look(run, onlooker);
      onlooker.closeAll();
    }
  }

  @Test
  void whatReadersSeeBetweenAnyTwoCallsIsDurable() {
    String script = "aaaaaaaaaaaaqwwwaaaaaaaacaaamx";
    for (long call = 1; call <= callsOf(script); call++) {
      World run = newRun();
      Host first = run.host();
      Host onlooker = run.host();
      first.process.before(
          call,
          () -> {
            look(run, onlooker);
            run.on(run.disk.crash(0)).checkFound().closeAll();
          });
      goOn(run, first, script, "looked at before call " + call);
    }
  }

  @Test
  void readersThatAreInterruptedByTheWriterAtAnyCallReadOn() {
    for (long call = 1; call <= 120; call++) {
      World run = newRun(new Retention(-1, 9000));
      run.run("aaaaaaaaaaac");
      Host onlooker = run.host();
      onlooker.openReadOnly();
      onlooker.process.before(call, () -> run.run("aaaaaaaaaaaacmaaacmm"));
      onlooker.process.before(call + 15, () -> run.run("RaaaaaaaaaaaacmTaaacmm"));
      try {
        onlooker.reading().follow();
        onlooker.reading().follow();
        onlooker.reading().close();
        onlooker.reading().follow();
        run.owner().reading().checkAll(true);
        interleavings++;
      } catch (RuntimeException | AssertionError e) {
        fail("Overtaken before call " + call, e);
      }
    }
  }

  @Test
  void readersThatComeDuringRecoveryReadAMarkThatTheCrashTore() {
    World before = newRun();
    before.run("acac");
    for (long survivor = 0; survivor < 20; survivor++) {
      for (long call = 1; call < 60; call++) {
        World run = before.on(before.disk.crash(survivor));
        Host next = run.host();
        Host onlooker = run.host();
        next.process.before(call, () -> look(run, onlooker));
        goOn(run, next, "ac", "looked at before call " + call + " behind crash " + survivor);
      }
    }
  }

  private static void look(World run, Host onlooker) {
    if (!run.hasStore()) {
      return;
    }
    if (!onlooker.isOpen()) {
      onlooker.openReadOnly();
    }
    onlooker.reading().follow();
  }

  private static void goOn(World run, Host first, String script, String what) {
    try {
      run.takeOverBy(first);
      run.runOn(first, script);
      run.owner().reading().checkAll(true);
      run.on(run.disk.crash(1)).checkRecovery();
      run.on(run.disk.crash(0)).checkRecovery();
      interleavings++;
    } catch (RuntimeException | AssertionError e) {
      fail("Script '" + script + "', " + what, e);
    }
  }

  private static long callsOf(String script) {
    World run = newRun();
    Host first = run.host();
    run.takeOverBy(first);
    run.runOn(first, script);
    return first.process.calls();
  }

  private static World newRun() {
    return newRun(Retention.FOREVER);
  }

  private static World newRun(Retention retention) {
    return new World(Setup.TINY.withRetention(retention).withSegmentMs(2500), 1);
  }
}
