package io.varve.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.verify.VerifyListener;
import io.varve.verify.VerifyReport;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer process is killed under load at random moments, while a reader process follows. After
 * each kill every byte of the store is checked, and every event: nothing that was acknowledged is
 * lost, retention takes away nothing in the middle, compaction no key's latest event.
 *
 * <ul>
 *   <li>{@code -Dvarve.kills=N}: how often; 8 in each build, 200 at night;
 *   <li>{@code -Dvarve.kill.seed=N}: after how many answers. What the processes do in between is up
 *       to the machine.
 * </ul>
 */
final class KillTest {

  private static final int KILLS =
      Integer.getInteger("varve.kills", Boolean.getBoolean("nightly") ? 200 : 8);
  private static final int ANSWERS_MAX = 200;
  private static final String FOREVER = "" + Long.MAX_VALUE;

  @TempDir Path folder;

  private long durable;
  private long keyed;
  private long keyedLeft;
  private long bytesVerified;
  private Child reader;

  @AfterEach
  void endReader() throws InterruptedException {
    if (reader != null) {
      reader.close();
    }
  }

  @Test
  void nothingAcknowledgedIsLostHoweverOftenTheWriterIsKilled() throws Exception {
    long seed = Long.getLong("varve.kill.seed", System.nanoTime());
    System.out.println("Seed of the kills: " + seed);
    Random random = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      String compaction = random.nextBoolean() ? "compacted" : "whole";
      try {
        live(compaction, random.nextInt(ANSWERS_MAX));
        check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("After kill %d, %s, seed %d".formatted(kill, compaction, seed), e);
      }
    }
    reader.tell("" + durable);
    String said = reader.line();
    assertThat(said).startsWith("read ");
    assertThat(Long.parseLong(said.substring(5))).isGreaterThanOrEqualTo(durable);
    assertThat(reader.exitCode()).isZero();
    System.out.printf(
        "Kills: %d, events acknowledged: %d, and %d by key, %d of them left; bytes verified: %d%n",
        KILLS, durable, keyed, keyedLeft, bytesVerified);
  }

  private void live(String compaction, int answers) throws Exception {
    try (Child writer =
        Child.start(WriterProcess.class, folder.toString(), "test", FOREVER, compaction)) {
      String line = writer.line();
      assertThat(line).startsWith("opened ");
      assertThat(Long.parseLong(line.substring(7))).isGreaterThanOrEqualTo(durable);
      if (reader == null) {
        reader = Child.start(ReaderProcess.class, folder.toString());
        assertThat(reader.line()).isEqualTo("reading");
      }
      for (int i = 0; i < answers; i++) {
        note(writer.line());
      }
      writer.kill();
      // What it had said before it died counts too.
      for (line = writer.line(); line != null; line = writer.line()) {
        note(line);
      }
    }
  }

  private void note(String line) {
    assertThat(line).as("what the writer says").matches("(durable|keyed) \\d+");
    String[] words = line.split(" ", -1);
    if (words[0].equals("durable")) {
      durable = Math.max(durable, Long.parseLong(words[1]));
    } else {
      keyed = Math.max(keyed, Long.parseLong(words[1]));
    }
  }

  private void check() {
    VerifyReport report = Store.verify(folder, VerifyListener.NONE);
    assertThat(report.problems()).isEmpty();
    bytesVerified += report.counts().bytes();
    try (Store store = Store.openReadOnly(folder);
        LogReader all = store.openReader(Numbered.LOG, ReadRange.all())) {
      long next = all.stats().startOffset();
      while (all.next()) {
        Numbered.check(all.event(), next);
        next++;
      }
      assertThat(next).isGreaterThanOrEqualTo(durable);
      assertThat(KeyedLog.check(store)).isGreaterThanOrEqualTo(keyed);
      keyedLeft = store.stats(KeyedLog.LOG).events();
    }
  }
}
