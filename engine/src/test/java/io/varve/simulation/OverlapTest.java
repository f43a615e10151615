package io.varve.simulation;

import io.varve.commit.LogSettings;
import io.varve.testkit.CrashDisk;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * A writer goes on writing while it syncs what it wrote before: whatever comes in between, a mark
 * never covers more than was forced. The tasks of the writing strand run in the middle of those of
 * the publishing strand, while a segment or a mark is being forced.
 *
 * <p>On real threads a segment ends only when nobody publishes. One thread can't hold itself up
 * like that, so in these runs a segment ends with its writer alone.
 */
final class OverlapTest {

  private static final LogSettings ONE_SEGMENT = LogSettings.defaults().withBatchBytes(1024);
  private static final String STEPS = "aaaaagbsqqqqwwwwcrTK";
  private static final int RUNS = 300;

  private static long overlaps;
  private static long states;

  @AfterAll
  static void tellCount() {
    System.out.println(
        "Tasks run while a file was forced: " + overlaps + ", crash states explored: " + states);
  }

  @Test
  void whatIsWrittenDuringASyncIsNotTakenForSynced() {
    for (long seed = 0; seed < RUNS; seed++) {
      String script = script(new Random(seed));
      try {
        explore(script, seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Script '" + script + "', seed " + seed, e);
      }
    }
  }

  private static String script(Random random) {
    StringBuilder script = new StringBuilder("ac");
    for (int i = 5 + random.nextInt(30); i > 0; i--) {
      script.append(STEPS.charAt(random.nextInt(STEPS.length())));
    }
    return script.toString();
  }

  private static void explore(String script, long seed) {
    World world = new World(ONE_SEGMENT, seed);
    world.onNewHost(host -> host.process.duringForce(() -> overlap(world, host)));
    world.disk.afterEachChange(() -> crash(world));
    world.run(script);
  }

  private static void overlap(World world, Host host) {
    while (world.random.nextInt(3) > 0 && host.work.runOne()) {
      overlaps++;
    }
  }

  private static void crash(World world) {
    CrashDisk disk = world.disk;
    if (disk.changes() % 3 == 0) {
      world.on(disk.crash(disk.changes() % 9 == 0 ? 0 : disk.changes())).checkFound().closeAll();
      states++;
    }
  }
}
