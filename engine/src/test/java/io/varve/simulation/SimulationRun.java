package io.varve.simulation;

import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.format.Codec;
import io.varve.io.Directory;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.CrashProcess.Fault;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * One seed, one run: a store lives until the power goes, is found as a crash may leave it, and
 * lives again. In each of its lives a script is drawn, and trouble for its processes: one dies at a
 * call, one meets a fault or a wrong bit, one is overtaken by another between two calls. What a
 * crash would leave is recovered and compared with the model at the end of each life, and now and
 * then in between.
 */
final class SimulationRun {

  private static final int LIVES_MAX = 4;
  private static final int STEPS_MAX = 60;
  private static final int SURVIVORS = 3;

  private final long seed;
  private final Random random;
  private World world;
  private int life;
  private int step;
  private String script = "";
  private long states;

  /**
   * @param flaw what is wrong with how processes use their disk
   */
  SimulationRun(long seed, UnaryOperator<Directory> flaw) {
    this.seed = seed;
    // The first numbers of a Random tell seeds that are close to each other hardly apart.
    this.random = new Random(new SplittableRandom(seed).nextLong());
    Setup setup =
        Setup.of(settings(random)).withStore(store(random)).withKeys(keys(random)).withFlaw(flaw);
    this.world = new World(setup, World.LOGS.get(random.nextInt(2)), seed);
  }

  private static LogSettings settings(Random random) {
    return Setup.TINY
        .withCodec(Codec.values()[random.nextInt(Codec.values().length)])
        .withRetention(
            random.nextBoolean()
                ? Retention.FOREVER
                : new Retention(
                    random.nextBoolean() ? -1 : random.nextInt(5000),
                    random.nextBoolean() ? -1 : 4000 + random.nextInt(20_000)))
        .withSegmentMs(500 + random.nextInt(5000))
        .withSyncBytes(random.nextBoolean() ? 4096 : 1 << 20)
        .withCompaction(
            Setup.TINY
                .compaction()
                .withDirtyRatioMin(random.nextInt(3) / 4.0)
                .withLagMs(random.nextInt(3) * 1000L));
  }

  /** Passes of one step or of many, which know all keys or not. */
  private static StoreSettings store(Random random) {
    return StoreSettings.defaults()
        .withCompactionBytesPerSecond(64L << (10 + random.nextInt(6)))
        .withCompactionKeyBytesMax(random.nextBoolean() ? 1024 : 1 << 20);
  }

  /** With 100 more than the smallest memory holds at a time. */
  private static int keys(Random random) {
    return random.nextInt(3) == 0 ? 100 : 8;
  }

  /**
   * Runs it.
   *
   * @return how many states after a crash were recovered and compared
   * @throws AssertionError if anything was found that must not be; says how to run it again
   */
  long run() {
    try {
      for (int lives = 1 + random.nextInt(LIVES_MAX); life < lives; life++) {
        live();
        for (int i = 0; i < SURVIVORS; i++) {
          recover(i < 2 ? i : random.nextInt(1000));
        }
        world = world.on(world.disk.crash(random.nextInt(1000)));
      }
      return states;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "Seed %d, life %d, step %d of '%s', %s; run it again with -Dsimulation.seed=%d"
              .formatted(seed, life, step, script, world.setup, seed),
          e);
    }
  }

  private void live() {
    if (random.nextInt(4) > 0) {
      world.disk.powerOffAfter(world.disk.changes() + random.nextInt(400));
    }
    world.onNewHost(host -> trouble(host.process));
    script = Step.script(random, 1 + random.nextInt(STEPS_MAX));
    for (step = 0; step < script.length() && !world.disk.isOff(); step++) {
      world.step(Step.of(script.charAt(step)));
      if (random.nextInt(16) == 0) {
        recover(random.nextInt(1000));
      }
    }
  }

  private void recover(long luck) {
    world.on(world.disk.crash(luck)).checkRecovery();
    states++;
    if (random.nextInt(8) == 0) {
      World dying = world.on(world.disk.crash(luck));
      dying.disk.powerOffAfter(random.nextInt(100));
      dying.run("ac");
      dying.on(dying.disk.crash(luck + 1)).checkRecovery();
      states++;
    }
    if (random.nextInt(16) == 0) {
      compact(luck);
    }
  }

  /** Of what is left of the log that is compacted, if nothing keeps the rest from going. */
  private void compact(long luck) {
    LogSettings settings = world.setup.log();
    if (settings.retention().equals(Retention.FOREVER)
        && settings.compaction().dirtyRatioMin() == 0) {
      world.on(world.disk.crash(luck)).checkCompaction();
      states++;
    }
  }

  /** What a new process will meet, if anything. */
  private void trouble(CrashProcess process) {
    long call = 1 + random.nextInt(250);
    switch (random.nextInt(10)) {
      case 0 -> process.killAt(call);
      case 1 -> process.failAt(call, Fault.IO_ERROR);
      case 2 -> process.failAt(call, Fault.DISK_FULL);
      // A mark that is read wrong looks like one that a crash tore, which is passed over.
      case 3 -> process.flipAt(call, random.nextInt(1 << 16), path -> !path.contains("/commit-"));
      case 4 -> process.failAtForce(1 + random.nextInt(20));
      case 5 -> process.before(call, this::overtake);
      case 6 -> process.before(call, this::lookOn);
      default -> {}
    }
  }

  /** Another process takes the log over and goes on with it. */
  private void overtake() {
    world.takeOverBy(world.host()).writing().appendAndCommit();
  }

  private void lookOn() {
    Host onlooker = world.host();
    if (world.hasStore()) {
      onlooker.openReadOnly();
      onlooker.reading().follow();
      onlooker.closeAll();
    }
  }
}
