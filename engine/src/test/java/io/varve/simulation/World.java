package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Manifest;
import io.varve.io.Directory;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.LogModel;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ProcessDied;
import io.varve.testkit.StoreModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A store on a {@link CrashDisk}, the processes that use it, and the model of what must be true of
 * it. Scripts are rows of letters, see {@link Step}; each acts on the log at hand.
 */
final class World {

  private static final StreamPartition FIRST = new StreamPartition("run", 1, 0);

  /** The one that is compacted, if any. */
  static final StreamPartition KEYED = new StreamPartition("keyed", 1, 0);

  static final List<StreamPartition> LOGS =
      List.of(FIRST, KEYED, new StreamPartition("run", 1, 1), new StreamPartition("walk", 2, 0));

  /** In this time passes fail, are tried again, and see all tombstones expire. */
  private static final long PASSES_MS = 150_000;

  private static final String STORE = "store/";

  final CrashDisk disk;
  final StoreModel model;
  final KeptModel kept;
  final Setup setup;
  final ManualClock clock = new ManualClock();
  final Random random;
  private final long startMs = clock.wallMs();
  private final long seed;
  private final List<Host> hosts = new ArrayList<>();
  private final Map<StreamPartition, Host> owners = new LinkedHashMap<>();
  private final Set<StreamPartition> recovered = new HashSet<>();
  private Consumer<Host> onNewHost = host -> {};
  private StreamPartition log;

  private World(
      CrashDisk disk,
      StoreModel model,
      KeptModel kept,
      Setup setup,
      StreamPartition log,
      long seed) {
    this.disk = disk;
    this.model = model;
    this.kept = kept;
    this.setup = setup;
    this.seed = seed;
    this.random = new Random(seed);
    goTo(log);
  }

  World(Setup setup, StreamPartition log, long seed) {
    this(new CrashDisk(), new StoreModel(), new KeptModel(), setup, log, seed);
  }

  World(LogSettings settings, long seed) {
    this(Setup.of(settings), FIRST, seed);
  }

  /** The same store on another disk, which a crash left. */
  World on(CrashDisk survivor) {
    World world = new World(survivor, model.copy(), kept.copy(), setup, log, seed + 1);
    world.clock.advanceMs(clock.wallMs() - world.clock.wallMs());
    return world;
  }

  /** What to do with each process that comes to be from now on. */
  void onNewHost(Consumer<Host> some) {
    onNewHost = some;
  }

  /** The log that steps act on. */
  StreamPartition log() {
    return log;
  }

  private void goTo(StreamPartition name) {
    log = name;
    LogModel its = model.log(name);
    if (isCompacted(name)) {
      its.compacted(setup.log().compaction().tombstonesMs());
    }
  }

  boolean isCompacted(StreamPartition name) {
    return setup.log(name).compaction().enabled();
  }

  boolean hasStore() {
    return disk.process().root().folder("store").contains("STORE");
  }

  /** A time of an event, or near one, milliseconds. */
  long anyTimeMs() {
    return startMs - 10 + random.nextInt((int) (clock.wallMs() - startMs) + 20);
  }

  /** A process in which nothing is open. */
  Host host() {
    CrashProcess process = disk.process();
    Host host = new Host(this, process, setup.flaw().apply(process.root()), seed);
    hosts.add(host);
    return host;
  }

  private List<Host> living() {
    return hosts.stream().filter(host -> !host.process.isDead()).toList();
  }

  /** The same, which may meet trouble. */
  Host newHost() {
    Host host = host();
    onNewHost.accept(host);
    return host;
  }

  /** Whether somebody has opened it for writing since the power went, and was done with that. */
  boolean isRecovered(StreamPartition name) {
    return recovered.contains(name);
  }

  /** The process that opened the log at hand last and lives, or else a new one, which opens it. */
  Host owner() {
    Host owner = owners.get(log);
    if (owner == null || owner.process.isDead()) {
      return takeOverBy(newHost());
    }
    return owner.isOpen() ? owner : takeOverBy(owner);
  }

  /** {@code next} opens the log at hand for writing; the owner before goes on, a zombie. */
  Host takeOverBy(Host next) {
    owners.put(log, next);
    if (!next.isOpen()) {
      next.openStore();
    }
    next.writing().open();
    return owners.get(log);
  }

  Host kill(Host host) {
    host.process.kill();
    return takeOverBy(newHost());
  }

  Host nextLog() {
    goTo(LOGS.get((LOGS.indexOf(log) + 1) % LOGS.size()));
    return owner();
  }

  /** Lets one that has been taken over go on. */
  void zombie(Consumer<LogWriting> some) {
    hosts.stream()
        .filter(host -> host != owners.get(log) && !host.process.isDead())
        .map(Host::writing)
        .filter(LogWriting::isOpen)
        .findFirst()
        .ifPresent(some);
  }

  /** A new owner has it open and goes on at {@code next}; all others are fenced. */
  void takenOver(StreamPartition name, long next) {
    recovered.add(name);
    List.copyOf(hosts).forEach(host -> host.writing(name).fence(next));
  }

  /** Runs a script, each step by the owner of the log at hand, up to a crash. */
  void run(String script) {
    dying(() -> runOn(owner(), script));
  }

  /** Runs a script that begins with {@code first}, whether or not it owns the log. */
  void runOn(Host first, String script) {
    Host host = first;
    for (char letter : script.toCharArray()) {
      host = Step.of(letter).by(this, host);
      checkFiles();
    }
  }

  /**
   * The owner of the log at hand does one step. If its process dies meanwhile, another one is the
   * owner with the next step; if it could not open the store, it tries again.
   */
  void step(Step step) {
    dying(
        () -> {
          try {
            step.by(this, owner());
          } catch (StoreFailedException | CorruptionException e) {
            Host owner = owners.get(log);
            assertThat(!owner.isOpen() && owner.process.hadTrouble()).as("why %s", e).isTrue();
          }
        });
    if (!disk.isOff()) {
      checkFiles();
    }
  }

  /** Does something that the death of a process may end. */
  void dying(Runnable some) {
    try {
      some.run();
    } catch (ProcessDied e) {
      assertThat(disk.isOff() || hosts.stream().anyMatch(host -> host.process.isDead())).isTrue();
    }
  }

  /** The newest manifest of a log. */
  Manifest manifest(StreamPartition name) {
    return filesOf(name).stream()
        .filter(file -> file.endsWith(".manifest"))
        .max(Comparator.naturalOrder())
        .map(file -> folder(name) + file)
        .map(path -> Manifest.decode(ByteBuffer.wrap(disk.bytes(path)), path))
        .orElse(Manifest.empty());
  }

  /** The files of a log, by their path in its folder. */
  List<String> filesOf(StreamPartition name) {
    String folder = folder(name);
    return disk.files().stream()
        .filter(file -> file.startsWith(folder))
        .map(file -> file.substring(folder.length()))
        .toList();
  }

  /** The bytes of one of them. */
  byte[] bytesOf(StreamPartition name, String file) {
    return disk.bytes(folder(name) + file);
  }

  private static String folder(StreamPartition name) {
    return STORE
        + "streams/%s/g%d/p%d/".formatted(name.stream(), name.generation(), name.partition());
  }

  private void checkFiles() {
    Directory root = setup.flaw().apply(disk.process().root());
    new NeededFiles(this, root.folder("store")).check(living());
  }

  /** What a crash left: lets a fresh process look at it, and another one recover and read it. */
  Host checkFound() {
    if (hasStore()) {
      Host onlooker = host();
      onlooker.openReadOnly();
      for (StreamPartition name : model.logs()) {
        if (onlooker.store().contains(name)) {
          onlooker.reading(name).checkAll(false);
        }
      }
      onlooker.closeAll();
      new Copies(this).check();
    }
    Host next = host();
    for (StreamPartition name : model.logs()) {
      goTo(name);
      takeOverBy(next);
      next.reading().checkAll(true);
    }
    return next;
  }

  /** The same, and goes on with the last log. */
  void checkRecovery() {
    Host next = checkFound();
    run("agcr");
    next.reading().checkAll(true);
    next.writing().reopen();
    next.reading().checkAll(true);
    next.reading().close();
    next.keeping().checkAndDropAll();
    next.maintain();
    next.checkNoLitter();
    next.closeAll();
  }

  /** Recovers the log that is compacted, and lets all be compacted. */
  void checkCompaction() {
    goTo(KEYED);
    run("Ac");
    kept.snapshots.clear();
    owner().keeping().checkAndDropAll();
    checkFullyCompacted();
  }

  /**
   * Seals the log at hand, lets the time of tombstones go by, and expects that nothing is left but
   * the latest events by key.
   */
  void checkFullyCompacted() {
    living().forEach(host -> host.reading().close());
    Host owner = owner();
    owner.writing().reopen();
    for (int i = 0; i < PASSES_MS / 1000; i++) {
      owner.maintain();
    }
    List<Event> found = owner.reading().checkAll(true);
    assertThat(found).isEqualTo(model.log(log).left(owner.store().stats(log).nextOffset()));
    assertThat(owner.writing().compaction().dirtyBytes()).isZero();
    owner.checkNoLitter();
  }
}
