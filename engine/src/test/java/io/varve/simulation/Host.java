package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogStats;
import io.varve.Store;
import io.varve.TestStores;
import io.varve.base.CorruptionException;
import io.varve.base.FencedException;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualWork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process of a {@link World}, with the store open or not. */
final class Host {

  final CrashProcess process;
  final ManualWork work;
  final World world;
  final Directory root;
  private final Map<StreamPartition, LogWriting> writings = new LinkedHashMap<>();
  private final Map<StreamPartition, LogReading> readings = new LinkedHashMap<>();
  private final Keeping keeping = new Keeping(this);
  private Owner.Instance instance;
  private Store store;

  /**
   * @param root the machine's files, as this process sees them
   */
  Host(World world, CrashProcess process, Directory root, long seed) {
    this.world = world;
    this.process = process;
    this.root = root;
    this.work = new ManualWork(seed);
  }

  boolean isOpen() {
    return store != null;
  }

  Store store() {
    return store;
  }

  void openStore() {
    instance = process.instance(world.random);
    store = TestStores.open(root.folder("store"), world.setup.store(), world.clock, work, instance);
  }

  void openReadOnly() {
    instance = process.instance(world.random);
    store = TestStores.openReadOnly(root.folder("store"), world.clock, work, instance);
  }

  /** How it writes the log at hand. */
  LogWriting writing() {
    return writing(world.log());
  }

  LogWriting writing(StreamPartition log) {
    return writings.computeIfAbsent(log, some -> new LogWriting(world, this, log));
  }

  /** How it reads the log at hand. */
  LogReading reading() {
    return reading(world.log());
  }

  LogReading reading(StreamPartition log) {
    return readings.computeIfAbsent(log, some -> new LogReading(world, this, log));
  }

  /** How it makes snapshots and backups. */
  Keeping keeping() {
    return keeping;
  }

  /** Whether the newest manifest is this one's. */
  boolean owns(StreamPartition log) {
    return world.manifest(log).owner().instance().equals(instance);
  }

  boolean workOnce() {
    boolean worked = work.runOne();
    checkAnswers();
    return worked;
  }

  void workAll() {
    work.runAll();
    checkAnswers();
  }

  private void checkAnswers() {
    List.copyOf(writings.values()).forEach(LogWriting::checkAnswers);
  }

  /** Lets a second pass, and everything be done that is done now and then. */
  void maintain() {
    world.clock.advanceMs(1000);
    work.tick();
    workAll();
    checkAlive();
  }

  /** Lets some time pass; what is due then is left for later steps. */
  void tick() {
    world.clock.advanceMs(50);
    work.tick();
  }

  /** Work in the background that met the process's death ends what it does elsewhere too. */
  void checkAlive() {
    if (world.disk.isOff() || process.isDead()) {
      process.root().exists();
    }
  }

  /**
   * Checks that there is a reason for a failure.
   *
   * @param closed whether the writer was closed before
   */
  void checkExpected(Throwable failure, StreamPartition log, boolean closed) {
    boolean expected =
        world.disk.isOff()
            || process.isDead()
            || (failure instanceof FencedException && !owns(log))
            || (failure instanceof StoreClosedException && closed)
            || (failure instanceof StoreFailedException && process.hasFailed())
            || (failure instanceof CorruptionException && process.hasFlipped());
    if (!expected) {
      throw new AssertionError("Unexpected", failure);
    }
  }

  /** After a clean opening only files that are part of the log are left. */
  void checkNoLitter() {
    LogStats stats = store.stats(world.log());
    List<String> files = world.filesOf(world.log());
    assertThat(files.stream().filter(f -> f.endsWith(".log"))).hasSize(stats.segments());
    assertThat(files.stream().filter(f -> f.endsWith(".idx"))).hasSize(stats.segments());
    assertThat(files.stream().filter(f -> f.startsWith("manifest/"))).hasSize(1);
    assertThat(files.stream().filter(f -> f.startsWith("commit-"))).isEmpty();
  }

  void closeAll() {
    readings.values().forEach(LogReading::close);
    writings.values().forEach(LogWriting::close);
    store.close();
    assertThat(process.openFiles()).as("files left open").isEmpty();
  }
}
