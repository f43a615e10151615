package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;
import io.varve.format.FileNames;
import io.varve.format.Manifest;
import io.varve.format.Manifest.OpenSegment;
import io.varve.format.SegmentEntry;
import io.varve.io.Directory;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ProcessDied;
import io.varve.testkit.StoreModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A store on a {@link CrashDisk}, the processes that use it, and the model of what must be true of
 * it. Scripts are rows of letters, see {@link Step}; each acts on the log at hand.
 */
final class World {

  private static final StreamPartition FIRST = new StreamPartition("run", 1, 0);
  private static final List<StreamPartition> LOGS =
      List.of(FIRST, new StreamPartition("run", 1, 1), new StreamPartition("walk", 2, 0));

  /** Segments of about five events, a batch for nearly each. */
  static final LogSettings TINY =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);

  final CrashDisk disk;
  final StoreModel model;
  final LogSettings settings;
  final ManualClock clock = new ManualClock();
  final Random random;
  private final long startMs = clock.wallMs();
  private final long seed;
  private final UnaryOperator<Directory> flaw;
  private final List<Host> hosts = new ArrayList<>();
  private final Map<StreamPartition, Host> owners = new LinkedHashMap<>();
  private Consumer<Host> onNewHost = host -> {};
  private StreamPartition log = FIRST;

  private World(
      CrashDisk disk,
      StoreModel model,
      LogSettings settings,
      UnaryOperator<Directory> flaw,
      long seed) {
    this.disk = disk;
    this.model = model;
    this.settings = settings;
    this.flaw = flaw;
    this.seed = seed;
    this.random = new Random(seed);
    model.log(FIRST);
  }

  World(LogSettings settings, long seed) {
    this(settings, UnaryOperator.identity(), seed);
  }

  /**
   * @param flaw what is wrong with how processes use their disk
   */
  World(LogSettings settings, UnaryOperator<Directory> flaw, long seed) {
    this(new CrashDisk(), new StoreModel(), settings, flaw, seed);
  }

  /** The same store on another disk, which a crash left. */
  World on(CrashDisk survivor) {
    World world = new World(survivor, model.copy(), settings, flaw, seed + 1);
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

  /** A time of an event, or near one, milliseconds. */
  long anyTimeMs() {
    return startMs - 10 + random.nextInt((int) (clock.wallMs() - startMs) + 20);
  }

  /** A process in which nothing is open. */
  Host host() {
    CrashProcess process = disk.process();
    Host host = new Host(this, process, flaw.apply(process.root()), seed);
    hosts.add(host);
    return host;
  }

  /** The same, which may meet trouble. */
  Host newHost() {
    Host host = host();
    onNewHost.accept(host);
    return host;
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
    log = LOGS.get((LOGS.indexOf(log) + 1) % LOGS.size());
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

  void fenceAll(StreamPartition name, long next) {
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

  private static String folder(StreamPartition name) {
    return "streams/%s/g%d/p%d/".formatted(name.stream(), name.generation(), name.partition());
  }

  /** No file is gone that a manifest names or that a living reader may come to. */
  private void checkFiles() {
    Directory root = flaw.apply(disk.process().root());
    for (StreamPartition name : model.logs()) {
      Manifest newest = manifest(name);
      Directory folder = folder(root, name);
      for (SegmentEntry segment : newest.segments()) {
        checkFile(folder, segment.fileName());
        checkFile(folder, segment.indexName());
      }
      OpenSegment open = newest.open();
      if (open != null) {
        checkFile(folder, open.fileName());
        checkFile(folder, FileNames.commit(open.epoch()));
      }
      for (Host host : hosts) {
        if (!host.process.isDead()) {
          host.reading(name).checkFiles(newest.segments(), folder);
        }
      }
    }
  }

  private static void checkFile(Directory folder, String file) {
    assertThat(folder.contains(file))
        .as("%s/%s is there, as the manifest says", folder, file)
        .isTrue();
  }

  private static Directory folder(Directory root, StreamPartition name) {
    return root.folder("streams")
        .folder(name.stream())
        .folder("g" + name.generation())
        .folder("p" + name.partition());
  }

  /** What a crash left: lets a fresh process look at it, and another one recover and read it. */
  Host checkFound() {
    if (disk.process().root().contains("STORE")) {
      Host onlooker = host();
      onlooker.openReadOnly();
      for (StreamPartition name : model.logs()) {
        if (onlooker.store().contains(name)) {
          onlooker.reading(name).checkAll(false);
        }
      }
      onlooker.closeAll();
    }
    Host next = host();
    for (StreamPartition name : model.logs()) {
      log = name;
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
    next.maintain();
    next.checkNoLitter();
    next.closeAll();
  }
}
