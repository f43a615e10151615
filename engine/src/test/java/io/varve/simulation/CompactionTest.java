package io.varve.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.VarveException;
import io.varve.event.Event;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.CrashProcess.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What passes leave of a log, and what becomes of those that are cut short. */
final class CompactionTest {

  @Test
  void theLatestEventOfEachKeyAndAllWithoutOneStay() {
    World run = newRun();
    run.run("AAAAAcmmmm");
    assertThat(run.owner().writing().compaction().passes()).isPositive();
    assertThat(run.owner().writing().compaction().eventsRemoved()).isPositive();
    run.owner().reading().checkAll(true);
    run.checkFullyCompacted();
    run.owner().closeAll();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aPassThatFailsDoesNotStopTheWriter(Fault fault) {
    boolean struck = true;
    for (long call = 1; struck; call++) {
      try {
        World run = newRun();
        run.run("AAAcm");
        Host owner = run.owner();
        CrashProcess process = owner.process;
        process.failAt(process.calls() + call, fault);
        run.run("mmmmm");
        struck = process.hasFailed();
        process.heal();
        VarveException failure = owner.writing().failure();
        if (failure != null) {
          if (failure.getMessage().startsWith("Compacting")) {
            // A folder's sync, a manifest: whether they happened is not known.
            assertThat(failure.getMessage())
                .containsAnyOf("p0: ", "manifest")
                .doesNotContain(".log", ".idx");
          }
          owner.writing().reopen();
        }
        run.run("Ac");
        owner.reading().checkAll(true);
        run.checkFullyCompacted();
        owner.closeAll();
      } catch (RuntimeException | AssertionError e) {
        fail(fault + " at call " + call, e);
      }
    }
  }

  @Test
  void aPassThatFailedIsTriedAgain() {
    World run = newRun();
    run.run("AAAcm");
    Host owner = run.owner();
    owner.process.failAt(owner.process.calls() + 30, Fault.DISK_FULL);
    run.run("m");
    owner.process.heal();
    assertThat(owner.writing().compaction().failures()).isEqualTo(1);
    assertThat(owner.writing().compaction().passes()).isZero();
    run.run("mmm");
    assertThat(owner.writing().compaction().passes()).as("not at once").isZero();
    run.run("m".repeat(60));
    assertThat(owner.writing().compaction().passes()).isPositive();
    owner.reading().checkAll(true);
    owner.closeAll();
  }

  @Test
  void aWriterThatWasTakenOverChangesNothing() {
    boolean reached = true;
    for (long call = 1; reached; call++) {
      World run = newRun();
      run.run("AAAcm");
      Host first = run.owner();
      List<Host> taken = new ArrayList<>();
      first.process.before(
          first.process.calls() + call,
          () -> {
            taken.add(run.takeOverBy(run.host()));
            run.run("cAcmmm");
          });
      try {
        run.runOn(first, "mmm");
        reached = !taken.isEmpty();
        if (reached) {
          run.run("MMmMAcm");
          taken.get(0).reading().checkAll(true);
          run.checkFullyCompacted();
          taken.get(0).closeAll();
        }
      } catch (RuntimeException | AssertionError e) {
        fail("Taken over before call " + call, e);
      }
    }
  }

  @Test
  void aDamagedSegmentIsKeptAndTheWriterGoesOn() {
    World run = newRun();
    run.run("AAAc");
    LogWriting writing = run.owner().writing();
    String segment =
        run.disk.files().stream().filter(file -> file.endsWith(".log")).sorted().findFirst().get();
    byte[] bytes = run.disk.bytes(segment);
    bytes[300] ^= 1;
    run.disk.overwrite(segment, bytes);
    run.run("mmm");
    assertThat(writing.compaction().failures()).isEqualTo(1);
    run.run("m".repeat(70) + "Acm");
    assertThat(writing.compaction().failures()).as("it is not tried again").isEqualTo(1);
    assertThat(writing.compaction().passes()).isZero();
    assertThat(writing.failure()).isNull();
    assertThat(run.disk.bytes(segment)).isEqualTo(bytes);
  }

  @Test
  void aReaderGoesOnInWhatWasReplaced() {
    World run = newRun();
    run.run("AAAc");
    Host owner = run.owner();
    List<Event> before = owner.reading().checkAll(true);
    try (LogReader reader = owner.store().openReader(World.KEYED, ReadRange.all())) {
      List<Event> seen = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        assertThat(reader.next()).isTrue();
        seen.add(reader.event().toEvent());
      }
      run.run("mmmmm");
      assertThat(owner.writing().compaction().eventsRemoved()).isPositive();
      while (reader.next()) {
        seen.add(reader.event().toEvent());
      }
      assertThat(seen).isEqualTo(before);
    }
    run.checkFullyCompacted();
    owner.closeAll();
  }

  @Test
  void appendsAndReadersGoOnBesideItOnRealFiles(@TempDir Path folder) throws Exception {
    Map<String, String> written = new HashMap<>();
    Map<String, String> followed = new HashMap<>();
    StoreSettings settings = StoreSettings.defaults().withMaintenanceMs(5);
    try (Store store = Store.open(folder, settings);
        LogWriter writer =
            store.openWriter(World.KEYED, Setup.TINY.withSegmentBytes(64 << 10), "test");
        LogReader follower = store.openReader(World.KEYED, ReadRange.all())) {
      Random random = new Random(1);
      for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 200; i++) {
          String key = "key " + random.nextInt(500);
          String value = round + "." + i;
          writer.append(
              Event.of(writer.nextOffset(), 1, key.getBytes(UTF_8), value.getBytes(UTF_8)));
          written.put(key, value);
        }
        writer.commit().get();
        note(follower, followed);
      }
      await().until(() -> writer.metrics().compaction().passes() > 1);
      assertThat(writer.failure()).isNull();
      assertThat(writer.metrics().compaction().failures()).isZero();
      note(follower, followed);
      assertThat(followed).isEqualTo(written);
      try (LogReader anew = store.openReader(World.KEYED, ReadRange.all())) {
        Map<String, String> found = new HashMap<>();
        assertThat(note(anew, found)).isLessThan(200 * 200);
        assertThat(found).isEqualTo(written);
      }
    }
  }

  private static int note(LogReader reader, Map<String, String> values) {
    int events = 0;
    while (reader.next()) {
      Event event = reader.event().toEvent();
      values.put(new String(event.key(), UTF_8), new String(event.value(), UTF_8));
      events++;
    }
    return events;
  }

  private static World newRun() {
    return new World(Setup.of(Setup.TINY), World.KEYED, 1);
  }
}
