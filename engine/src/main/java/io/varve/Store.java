package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.NoSuchStreamException;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.commit.Batches;
import io.varve.commit.Committer;
import io.varve.commit.LogSettings;
import io.varve.commit.Takeover;
import io.varve.compact.CompactionLane;
import io.varve.dedup.Buckets;
import io.varve.dedup.DedupSettings;
import io.varve.dedup.RocksFolder;
import io.varve.event.StreamPartition;
import io.varve.format.Loss;
import io.varve.format.Owner;
import io.varve.format.StoreMarker;
import io.varve.io.BufferPool;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.manifest.Instances;
import io.varve.manifest.LogFolder;
import io.varve.manifest.StoreFiles;
import io.varve.manifest.StoreLayout;
import io.varve.repair.Repair;
import io.varve.repair.RepairPlan;
import io.varve.subscribe.SubscriptionFolder;
import io.varve.verify.StoreVerifier;
import io.varve.verify.VerifyListener;
import io.varve.verify.VerifyReport;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A folder of event logs.
 *
 * <p>Any number of processes may have a store open, also for writing: what has one writer at a time
 * is a log, see {@link #openWriter}.
 *
 * <pre>{@code
 * try (Store store = Store.open(Path.of("/data/events"), StoreSettings.defaults());
 *     LogWriter writer = store.openWriter(orders, LogSettings.defaults(), "importer")) {
 *   writer.append(Event.of(writer.nextOffset(), now, key, value));
 *   writer.sync();
 * }
 * }</pre>
 *
 * <p>Thread: safe.
 */
public final class Store implements AutoCloseable {

  private static final String MARKER = StoreLayout.MARKER;

  private final Directory root;
  private final StoreLayout layout;
  private final boolean writable;
  private final StoreSettings settings;
  private final Clock clock;
  private final Work work;
  private final Instances instances;
  private final SchemaStore schemas;
  private final Batches batches;
  private final CompactionLane compaction;
  private final BufferPool buffers = new BufferPool();
  private final AtomicLong number = new AtomicLong();
  private volatile boolean closed;

  private Store(
      Directory root,
      boolean writable,
      StoreSettings settings,
      Clock clock,
      Work work,
      Instances instances) {
    this.root = root;
    this.layout = new StoreLayout(root);
    this.writable = writable;
    this.settings = settings;
    this.clock = clock;
    this.work = work;
    this.instances = instances;
    this.schemas = new SchemaStore(root, instances.self().nonce());
    this.batches = new Batches(settings.bufferBytes());
    this.compaction =
        new CompactionLane(
            work, clock, settings.compactionBytesPerSecond(), settings.compactionKeyBytesMax());
  }

  /**
   * Opens the store in {@code path} for reading and writing, and makes one if the folder is empty
   * or not there.
   *
   * @throws BadSettingException if {@code path} is a file, or a folder with something else in it
   * @throws io.varve.base.FormatTooNewException if a later Varve wrote it
   * @throws StoreFailedException if the folder can't be written
   */
  public static Store open(Path path, StoreSettings settings) {
    checkFolder(path);
    return open(
        new PosixDirectory(path),
        settings,
        Clock.SYSTEM,
        new ThreadedWork(settings.threads(), "varve"),
        ProcessId.instance());
  }

  /**
   * Opens the store in {@code path} for reading. Opening and looking around change nothing; a
   * reader leaves a lease for as long as it is open, so that the files it reads are not deleted.
   *
   * @throws BadSettingException if there is no store
   */
  public static Store openReadOnly(Path path) {
    checkFolder(path);
    if (!exists(path)) {
      throw notAStore(
          path.toString(), "there is no store; expected a folder that a writer has made");
    }
    return openReadOnly(
        new PosixDirectory(path),
        Clock.SYSTEM,
        new ThreadedWork(1, "varve-reader"),
        ProcessId.instance());
  }

  /**
   * Checks every byte of the store in {@code path} that matters, while it is written and read or
   * not. What is damaged is in the report; nothing is changed.
   *
   * @throws BadSettingException if there is no store
   * @throws StoreFailedException if its files can't be read
   */
  public static VerifyReport verify(Path path, VerifyListener listener) {
    checkFolder(path);
    if (!exists(path)) {
      throw notAStore(path.toString(), "there is no store; expected a folder that has one");
    }
    PosixDirectory root = new PosixDirectory(path);
    // Not opened as others are: its marker may be damaged, too.
    try (Store store =
        new Store(
            root,
            false,
            StoreSettings.defaults(),
            Clock.SYSTEM,
            new ThreadedWork(1, "varve-verify"),
            new Instances(root, ProcessId.instance()))) {
      List<LogFolder> logs = store.logs().stream().map(store::folder).toList();
      return new StoreVerifier(store.layout, listener).verify(logs, store.number::incrementAndGet);
    } catch (IOException e) {
      throw new StoreFailedException("Checking the store in " + path + " failed", e);
    }
  }

  /** Whether there is a store in {@code path}. Changes nothing. */
  public static boolean exists(Path path) {
    return Files.isRegularFile(path.resolve(MARKER));
  }

  /** Opens a store on other files, another clock and other threads than the machine's. */
  static Store open(
      Directory root, StoreSettings settings, Clock clock, Work work, Owner.Instance self) {
    try {
      root.create();
      if (!root.contains(MARKER)) {
        makeMarker(root, clock, self);
      }
      checkMarker(root);
      Instances instances = new Instances(root, self);
      instances.register();
      return new Store(root, true, settings, clock, work, instances);
    } catch (IOException e) {
      work.close();
      throw cannotOpen(root, e);
    } catch (RuntimeException e) {
      work.close();
      throw e;
    }
  }

  static Store openReadOnly(Directory root, Clock clock, Work work, Owner.Instance self) {
    try {
      checkMarker(root);
      return new Store(
          root, false, StoreSettings.defaults(), clock, work, new Instances(root, self));
    } catch (IOException e) {
      work.close();
      throw cannotOpen(root, e);
    } catch (RuntimeException e) {
      work.close();
      throw e;
    }
  }

  private static StoreFailedException cannotOpen(Directory root, IOException cause) {
    return new StoreFailedException(
        "Opening the store in "
            + root
            + " failed; expected a folder that this process may write, with room on its disk",
        cause);
  }

  private static void checkFolder(Path path) {
    // Whether it is a folder is asked last: somebody may be making it right now.
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw notAStore(path.toString(), "it is a file; expected a folder");
    }
  }

  private static void makeMarker(Directory root, Clock clock, Owner.Instance self)
      throws IOException {
    List<String> others =
        root.list().stream()
            .filter(name -> !name.equals("lost+found") && !name.startsWith("new-" + MARKER))
            .toList();
    if (!others.isEmpty() && !root.contains(MARKER)) {
      throw notAStore(
          root.path(),
          "it holds other things, such as '"
              + others.get(0)
              + "'; expected a store, an empty folder, or none");
    }
    String temporary = "new-" + MARKER + "-" + self.nonce();
    root.writeAll(
        temporary, new StoreMarker(UUID.fromString(self.nonce()), clock.wallMs()).encode());
    root.publish(temporary, MARKER);
  }

  private static void checkMarker(Directory root) throws IOException {
    new StoreLayout(root).marker();
  }

  private static BadSettingException notAStore(String path, String why) {
    return new BadSettingException("store.path", path, "the folder of a store, but " + why);
  }

  /** The names of the streams. */
  public SortedSet<String> streams() {
    return listed(layout::streams);
  }

  /** The generations of a stream; empty if there is no such stream. */
  public SortedSet<Integer> generations(String stream) {
    StreamPartition.checkStream(stream);
    return listed(() -> layout.generations(stream));
  }

  /** The newest generation of a stream, 0 if there is no such stream. */
  public int latestGeneration(String stream) {
    SortedSet<Integer> generations = generations(stream);
    return generations.isEmpty() ? 0 : generations.last();
  }

  /** The partitions of one generation of a stream; empty if there is no such stream. */
  public SortedSet<Integer> partitions(String stream, int generation) {
    StreamPartition.checkStream(stream);
    return listed(() -> layout.partitions(stream, generation));
  }

  /** Every log of the store, by stream, generation and partition. */
  public List<StreamPartition> logs() {
    return listed(layout::logs);
  }

  private interface Listing<T> {
    T get() throws IOException;
  }

  private <T> T listed(Listing<T> listing) {
    check();
    try {
      return listing.get();
    } catch (IOException e) {
      throw new StoreFailedException("Listing what is in " + root + " failed", e);
    }
  }

  /**
   * Opens a log for writing and makes it if need be. A writer that has it open under the same name
   * of owner is fenced: whatever it has not been told durable is this writer's to append.
   *
   * @param owner what the writer calls itself, such as {@code connector archive}; told to whoever
   *     else wants the log
   * @throws io.varve.base.OwnedException if a living owner of another name has it open
   * @throws io.varve.base.CorruptionException if what was durable is damaged
   */
  public LogWriter openWriter(StreamPartition log, LogSettings logSettings, String owner) {
    check();
    if (!writable) {
      throw new BadSettingException("store", root.path(), "one that is opened for writing");
    }
    LogFolder folder = folder(log);
    try {
      Takeover takeover = Takeover.of(folder, ProcessId.owner(owner, instances.self()), clock);
      Committer committer =
          Committer.begin(
              folder,
              takeover,
              logSettings,
              clock,
              batches,
              work,
              compaction,
              settings.maintenanceMs());
      return new LogWriter(log, committer, takeover.report());
    } catch (IOException e) {
      throw new StoreFailedException("Opening " + log + " in " + root + " for writing failed", e);
    }
  }

  /**
   * Opens a log for writing, as {@link #openWriter} does, and stores events that have the same
   * message id only once within {@link DedupSettings#ttlMs}. Ids that the log has are loaded, or
   * read from it.
   *
   * @throws BadSettingException also if compaction may take events whose ids still count, or if the
   *     RocksDB library isn't there
   */
  public DedupWriter openDedup(
      StreamPartition log, LogSettings logSettings, String owner, DedupSettings dedupSettings) {
    return openDedup(
        log,
        logSettings,
        owner,
        dedupSettings,
        folder ->
            new RocksFolder(
                folder,
                instances.self().nonce() + "-" + number.incrementAndGet(),
                dedupSettings.cacheBytes()));
  }

  /** The same with buckets that are saved elsewhere. */
  DedupWriter openDedup(
      StreamPartition log,
      LogSettings logSettings,
      String owner,
      DedupSettings dedupSettings,
      Function<LogFolder, Buckets.Opening> buckets) {
    DedupOpening.check(logSettings, dedupSettings);
    LogWriter writer = openWriter(log, logSettings, owner);
    boolean done = false;
    try {
      DedupOpening opening =
          new DedupOpening(
              writer, layout.marker().id(), dedupSettings, range -> openReader(log, range), clock);
      DedupWriter opened = opening.open(buckets.apply(folder(log)), work.strand());
      done = true;
      return opened;
    } catch (IOException e) {
      throw new StoreFailedException("Opening the message ids of " + log + " failed", e);
    } finally {
      if (!done) {
        writer.abandon();
      }
    }
  }

  /**
   * Opens a log for reading.
   *
   * @throws NoSuchStreamException if the store does not hold it
   */
  public LogReader openReader(StreamPartition log, ReadRange range) {
    try {
      return LogReader.open(
          existing(log), range, clock, work.strand(), number.incrementAndGet(), null);
    } catch (IOException e) {
      throw new StoreFailedException("Opening " + log + " in " + root + " for reading failed", e);
    }
  }

  /**
   * Opens a view of the latest event of each key of a stream's newest generation, and reads what it
   * needs to know for that: the whole stream the first time, later what is new.
   *
   * @throws NoSuchStreamException if the store does not hold it
   */
  public LatestView openLatest(
      String stream, LatestSettings latestSettings, LatestView.Listener listener) {
    int generation = latestGeneration(stream);
    if (generation == 0) {
      throw new NoSuchStreamException(
          "No stream '" + stream + "' in " + root + "; its streams are " + streams());
    }
    return LatestView.open(
        backupSource(),
        stream,
        generation,
        latestSettings,
        listener,
        (log, from) -> openReader(log, ReadRange.all().withOffsets(from, Long.MAX_VALUE)));
  }

  /**
   * Opens the scheduler of a log, which releases its delayed events when they are due. Whoever had
   * it open under the same name of owner is fenced.
   *
   * @param owner what the scheduler calls itself; told to whoever else wants the log
   * @throws NoSuchStreamException if the store does not hold the log
   * @throws io.varve.base.OwnedException if a living owner of another name has it open
   */
  public Scheduler openScheduler(
      StreamPartition log, SchedulerSettings schedulerSettings, String owner) {
    LogFolder folder = existing(log);
    LogFolder ready = readyLog(log, schedulerSettings);
    try {
      return new SchedulerOpening(
              this, clock, work, layout.marker().id(), folder, ready, schedulerSettings)
          .open(owner);
    } catch (IOException e) {
      throw new StoreFailedException("Opening the scheduler of " + log + " failed", e);
    }
  }

  /**
   * Looks at what is pending of a log now, whether its scheduler runs or not, in whatever process.
   *
   * @throws NoSuchStreamException if the store does not hold the log
   */
  public PendingView openPending(StreamPartition log, SchedulerSettings schedulerSettings) {
    LogFolder folder = existing(log);
    LogFolder ready = readyLog(log, schedulerSettings);
    try {
      return PendingView.open(this, clock, layout.marker().id(), folder, ready, schedulerSettings);
    } catch (IOException e) {
      throw new StoreFailedException("Looking at what is pending of " + log + " failed", e);
    }
  }

  private LogFolder readyLog(StreamPartition log, SchedulerSettings schedulerSettings) {
    StreamPartition ready =
        new StreamPartition(schedulerSettings.readyStream(), log.generation(), log.partition());
    if (ready.equals(log)) {
      throw new BadSettingException(
          "ready.stream", ready.stream(), "another stream than the one with the delayed events");
    }
    return folder(ready);
  }

  /**
   * Opens a subscription to a stream, with all its partitions and those that it gets, or makes one
   * of that name. It goes on where it was, whatever process had it. Who has it open in this process
   * is fenced.
   *
   * @param name 1 to 249 letters, digits, dots, underscores or hyphens
   * @param stream need not be there yet
   * @throws io.varve.base.OwnedException if another living process has it open
   * @throws BadSettingException also if the subscription covers something else, or if the RocksDB
   *     library isn't there
   */
  public Subscription openSubscription(
      String name, String stream, SubscriptionSettings subscriptionSettings) {
    StreamPartition.checkStream(stream);
    return openSubscription(name, stream, List.of(), subscriptionSettings);
  }

  /**
   * The same for the logs that are named, of one stream or several; they need not be there yet.
   *
   * @param logs the same ones each time
   */
  public Subscription openSubscription(
      String name, Collection<StreamPartition> logs, SubscriptionSettings subscriptionSettings) {
    return openSubscription(name, null, List.copyOf(logs), subscriptionSettings);
  }

  private Subscription openSubscription(
      String name,
      @Nullable String stream,
      List<StreamPartition> logs,
      SubscriptionSettings subscriptionSettings) {
    SubscriptionFolder folder = subscription(name);
    try {
      return new SubscriptionOpening(
              new SubscriptionOpening.Host(
                  this,
                  clock,
                  work,
                  layout.marker().id(),
                  ProcessId.owner("subscription " + name, instances.self())),
              folder,
              name,
              stream,
              logs,
              subscriptionSettings)
          .open();
    } catch (IOException e) {
      throw new StoreFailedException("Opening subscription '" + name + "' failed", e);
    }
  }

  private SubscriptionFolder subscription(String name) {
    check();
    if (!writable) {
      throw new BadSettingException("store", root.path(), "one that is opened for writing");
    }
    return new SubscriptionFolder(root, name, instances);
  }

  /** The store's subscriptions as they stand on disk, by name; also while others have them open. */
  public List<SubscriptionStatus> subscriptions() {
    check();
    return new SubscriptionListing(this, root, instances).list();
  }

  /**
   * Takes away how far a subscription is. Opened again, it is a new one. Its dead letters stay.
   *
   * @throws io.varve.base.OwnedException if another living process has it open
   */
  public void deleteSubscription(String name) {
    SubscriptionFolder folder = subscription(name);
    try {
      Owner self = ProcessId.owner("deletion of subscription " + name, instances.self());
      folder.deleteAll(folder.claim(self));
    } catch (IOException e) {
      throw new StoreFailedException("Deleting subscription '" + name + "' failed", e);
    }
  }

  /** A number that is never given again. */
  long nextNumber() {
    return number.incrementAndGet();
  }

  /**
   * A log at this moment.
   *
   * @throws NoSuchStreamException if the store does not hold it
   */
  public LogStats stats(StreamPartition log) {
    LogFolder folder = existing(log);
    try (LogView view = LogView.open(folder)) {
      return view.stats();
    } catch (IOException e) {
      throw new StoreFailedException("Reading the state of " + log + " failed", e);
    }
  }

  /**
   * Who works on a log now.
   *
   * @throws NoSuchStreamException if the store does not hold it
   */
  public LogUsers users(StreamPartition log) {
    try {
      return LogUsers.of(existing(log));
    } catch (IOException e) {
      throw new StoreFailedException("Asking who works on " + log + " failed", e);
    }
  }

  /**
   * The lowest and the highest timestamp in a log. Reads the batch headers of its open segment.
   *
   * @throws NoSuchStreamException if the store does not hold it
   */
  public TimeSpan timeSpan(StreamPartition log) {
    try {
      return TimeSpan.of(existing(log), number.incrementAndGet());
    } catch (IOException e) {
      throw new StoreFailedException("Reading the timestamps of " + log + " failed", e);
    }
  }

  /** Whether the store holds that log. */
  public boolean contains(StreamPartition log) {
    check();
    return layout.log(log).exists();
  }

  private LogFolder existing(StreamPartition log) {
    if (!contains(log)) {
      throw new NoSuchStreamException(
          "No " + log + " in " + root + "; its streams are " + streams());
    }
    return folder(log);
  }

  private LogFolder folder(StreamPartition log) {
    return LogFolder.of(log, layout.log(log), instances, buffers, number.incrementAndGet());
  }

  /** The store's files, for backups, see {@link io.varve.backup.Repository#backup}. */
  public StoreFiles backupSource() {
    check();
    return new StoreFiles(layout, instances, buffers, clock, number::incrementAndGet);
  }

  /**
   * Finds every damage in the store, and what repairing it would lose; reads all of it and changes
   * nothing. See {@link #repair}.
   */
  public RepairPlan planRepair() {
    return new Repair(backupSource()).plan();
  }

  /**
   * Repairs the damage that {@link #planRepair} found: events that can't be read are given up, all
   * others stay, and damaged files are kept aside.
   *
   * @throws io.varve.base.OwnedException if somebody living writes a damaged log
   * @throws BadSettingException if a log has changed since it was planned for
   */
  public void repair(RepairPlan plan) {
    if (!writable) {
      throw new BadSettingException("store", root.path(), "one that is opened for writing");
    }
    new Repair(backupSource()).apply(plan, ProcessId.owner("repair", instances.self()));
  }

  /** What earlier repairs of a log have lost, a record for each segment. */
  public List<Loss> losses(StreamPartition log) {
    return new Repair(backupSource()).losses(log);
  }

  /** The named snapshots of the store's logs. */
  public Snapshots snapshots() {
    return new Snapshots(backupSource());
  }

  /** The indexes of fields of the store's events. */
  public FieldIndexes fieldIndexes() {
    return new FieldIndexes(backupSource(), this::existing, work);
  }

  /** The schemas of the store's structured values. */
  public SchemaStore schemas() {
    return schemas;
  }

  /** Bytes that can still be written to the store's disk. */
  public long usableBytes() {
    try {
      return root.usableBytes();
    } catch (IOException e) {
      throw new StoreFailedException("Asking for the room in " + root + " failed", e);
    }
  }

  /** The store's folder. */
  public String path() {
    return root.path();
  }

  private void check() {
    if (closed) {
      throw new StoreClosedException("The store in " + root);
    }
  }

  /** Lets background work end and lets go of the store. Close its writers and readers first. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    work.close();
    try {
      instances.close();
    } catch (IOException e) {
      throw new StoreFailedException("Closing the store in " + root + " failed", e);
    }
  }
}
