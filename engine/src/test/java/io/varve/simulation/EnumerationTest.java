package io.varve.simulation;

import io.varve.compact.Retention;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.Nightly;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Every sequence of up to so many core steps, and a crash after every change that its last step
 * makes to the disk (those of the steps before belong to shorter sequences). Where only a few
 * survivors are possible, all of them are recovered and compared with the model; elsewhere the one
 * that lost everything, the one that kept everything, and some that are drawn.
 *
 * <p>In each build the shorter sequences are gone through, and each hundredth longer one; at night
 * all.
 */
final class EnumerationTest {

  private static final int LONGER_EACH = 100;
  private static final int ALL_SURVIVORS = 16;
  private static final int DRAWN_SURVIVORS = 2;

  private final AtomicLong crashes = new AtomicLong();
  private final AtomicLong wholly = new AtomicLong();
  private final AtomicLong states = new AtomicLong();

  /** What a log is written and read with; retention takes all but the newest segments. */
  @Test
  void aCrashAfterAnyChangeOfShortRunsLosesNothingThatWasAcknowledged() {
    Setup setup = Setup.of(Setup.TINY.withSegmentMs(500).withRetention(new Retention(-1, 1500)));
    // Append; a large event, which begins a segment; commit; retention; close and open again;
    // taking over; a zombie that goes on; a reader.
    explore(scripts("abcmRTzr", 3, 5), () -> new World(setup, World.LOGS.get(0), 1));
  }

  /** What a log is compacted with, and what keeps a part of it from going. */
  @Test
  void aCrashAfterAnyChangeOfShortRunsWithPassesAndBackupsLosesNothingThatIsNeeded() {
    Setup setup = Setup.of(Setup.TINY.withSegmentMs(500));
    // Some segments of events; half a pass; a snapshot made, dropped; a backup; an expiry; a
    // restore; taking over.
    explore(scripts("AmSDBEUT", 2, 4), () -> new World(setup, World.KEYED, 1));
  }

  private void explore(List<String> scripts, Supplier<World> worlds) {
    Nightly.threads(scripts.size()).forEach(i -> explore(scripts.get((int) i), worlds.get()));
    System.out.printf(
        "Sequences enumerated: %d, crashes: %d (%d with every survivor), crash states explored: %d%n",
        scripts.size(), crashes.get(), wholly.get(), states.get());
  }

  /**
   * Rows of steps.
   *
   * @param often all of up to so many
   * @param most all of up to so many at night, some in each build
   */
  private static List<String> scripts(String core, int often, int most) {
    int all = Nightly.either(often, most);
    List<String> scripts = new ArrayList<>(List.of(""));
    List<String> longest = scripts;
    for (int steps = 1; steps <= most; steps++) {
      List<String> longer = new ArrayList<>();
      for (String script : longest) {
        core.chars().forEach(letter -> longer.add(script + (char) letter));
      }
      int each = steps <= all ? 1 : LONGER_EACH;
      for (int i = 0; i < longer.size(); i += each) {
        scripts.add(longer.get(i));
      }
      longest = longer;
    }
    return scripts;
  }

  private void explore(String script, World world) {
    int last = Math.max(0, script.length() - 1);
    if (!script.isEmpty()) {
      world.run(script.substring(0, last));
    }
    world.disk.afterEachChange(() -> crash(world, script));
    world.run(script.substring(last));
  }

  private void crash(World world, String script) {
    crashes.incrementAndGet();
    CrashDisk disk = world.disk;
    long survivors = disk.survivors();
    if (survivors <= ALL_SURVIVORS) {
      wholly.incrementAndGet();
      for (long number = 0; number < survivors; number++) {
        check(world, disk.survivor(number), script, "survivor " + number);
      }
    } else {
      for (long luck = 0; luck < 2 + DRAWN_SURVIVORS; luck++) {
        long crash = luck < 2 ? luck : luck + 7 * disk.changes();
        check(world, disk.crash(crash), script, "crash " + crash);
      }
    }
  }

  private void check(World world, CrashDisk survivor, String script, String which) {
    try {
      world.on(survivor).checkFound().closeAll();
      states.incrementAndGet();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "Script '%s', power off after change %d, %s"
              .formatted(script, world.disk.changes(), which),
          e);
    }
  }
}
