package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.event.KeyHash;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import io.varve.subscribe.Deliveries;
import io.varve.subscribe.LogCursor;
import io.varve.subscribe.RocksState;
import io.varve.subscribe.SavedCursor;
import io.varve.subscribe.SavedState;
import io.varve.subscribe.StateChange;
import io.varve.subscribe.StreamOrder;
import io.varve.subscribe.SubscriptionFolder;
import io.varve.subscribe.SubscriptionState;
import io.varve.work.Work;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a subscription is opened:
 *
 * <ol>
 *   <li>take it over by the next epoch, unless another living process has it;
 *   <li>take the logs of dead letters over as well;
 *   <li>read the state that is there, or find out where a new subscription begins;
 *   <li>take dead letters that are durable, and behind what the state covers, as acknowledged;
 *   <li>write the state to a folder of this epoch's own, and say that it is complete.
 * </ol>
 *
 * <p>Thread: confined to one.
 */
final class SubscriptionOpening {

  private static final Logger LOG = LoggerFactory.getLogger(SubscriptionOpening.class);

  /** A state can go while it is read, if others take over as well. */
  private static final int ATTEMPTS = 100;

  /**
   * What it works with.
   *
   * @param self who opens it
   */
  record Host(Store store, Clock clock, Work work, UUID storeId, Owner self) {}

  private final Host host;
  private final Store store;
  private final SubscriptionFolder folder;
  private final String name;
  private final @Nullable String stream;
  private final SortedSet<StreamPartition> fixed = new TreeSet<>(StreamOrder.BY_NAME);
  private final SubscriptionSettings settings;

  /**
   * @param stream what it covers; null for {@code logs}
   */
  SubscriptionOpening(
      Host host,
      SubscriptionFolder folder,
      String name,
      @Nullable String stream,
      List<StreamPartition> logs,
      SubscriptionSettings settings) {
    this.host = host;
    this.store = host.store();
    this.folder = folder;
    this.name = name;
    this.stream = stream;
    this.fixed.addAll(logs);
    this.settings = settings;
  }

  private List<String> covers() {
    return stream != null
        ? List.of(stream)
        : fixed.stream()
            .map(log -> log.stream() + "/" + log.generation() + "/" + log.partition())
            .toList();
  }

  /** The logs that it covers and that there are. */
  private SortedSet<StreamPartition> existing() {
    TreeSet<StreamPartition> logs = new TreeSet<>(StreamOrder.BY_NAME);
    if (stream == null) {
      fixed.stream().filter(store::contains).forEach(logs::add);
      return logs;
    }
    for (int generation : store.generations(stream)) {
      for (int partition : store.partitions(stream, generation)) {
        logs.add(new StreamPartition(stream, generation, partition));
      }
    }
    return logs;
  }

  Subscription open() throws IOException {
    if (stream == null && fixed.isEmpty()) {
      throw new BadSettingException("logs", "none", "one log at least");
    }
    for (StreamPartition log :
        stream == null ? fixed : List.of(new StreamPartition(stream, 1, 0))) {
      StreamPartition unused = deadLog(log);
    }
    long epoch = folder.claim(host.self());
    Executor strand = host.work().strand();
    FirstFailure failure = new FirstFailure();
    AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    DeadLetters dead =
        new DeadLetters(
            store,
            name,
            settings,
            strand,
            failure,
            () -> folder.checkOwned(epoch, host.self()),
            (events, upTo) -> {
              Subscription told = subscription.get();
              if (told != null) {
                told.dead(events, upTo);
              }
            });
    RocksState saved = null;
    Subscription opened = null;
    try {
      // Before it is read what there is of them: nobody adds to it any more.
      dead.takeOver(existing());
      StateChange all = new StateChange();
      SubscriptionState state = state(all);
      saved = RocksState.create(folder.createState(epoch));
      saved.write(all, true);
      folder.complete(epoch);
      folder.checkOwned(epoch, host.self());
      opened = start(epoch, state, saved, strand, failure, dead);
      subscription.set(opened);
      return opened;
    } catch (LinkageError e) {
      throw new BadSettingException(
          "subscription",
          name,
          "one that is opened with org.rocksdb:rocksdbjni in the class path, built for this"
              + " machine, but: "
              + e);
    } finally {
      if (opened == null) {
        dead.close();
        if (saved != null) {
          saved.close();
        }
        folder.release(epoch);
      }
    }
  }

  private SubscriptionState state(StateChange all) throws IOException {
    for (int attempt = 1; ; attempt++) {
      String path = folder.newestState();
      if (path == null) {
        return fresh(all);
      }
      try {
        StateChange copy = new StateChange();
        SubscriptionState state = RocksState.read(path, copy);
        check(state, path);
        copy.writeTo(
            (key, value) -> {
              if (value != null) {
                all.put(key, value);
              }
            });
        addDeadLetters(state, all);
        return state;
      } catch (IOException e) {
        if (attempt == ATTEMPTS || path.equals(folder.newestState())) {
          throw new IOException(
              "The state of subscription '"
                  + name
                  + "' can't be read. Bring "
                  + path
                  + " back from a copy, or delete the subscription and let it begin anew: "
                  + e.getMessage(),
              e);
        }
      }
    }
  }

  private void check(SubscriptionState state, String path) {
    if (state.storeId() == null) {
      throw new CorruptionException(
          path, 0, "a state that says whose it is", "none, though it is said to be complete");
    }
    if (!host.storeId().equals(state.storeId())) {
      throw new BadSettingException(
          "subscription",
          name,
          "one of this store, but its state in "
              + path
              + " is of another, whose offsets mean other events. Delete it, and it begins anew");
    }
    if (!covers().equals(state.covers())) {
      throw new BadSettingException(
          "subscription",
          name,
          "one that covers " + state.covers() + ", as when it was made, and not " + covers());
    }
  }

  private SubscriptionState fresh(StateChange all) {
    SubscriptionState state = new SubscriptionState(folder.path());
    all.subscription(host.storeId(), covers());
    for (StreamPartition log : existing()) {
      SavedCursor cursor = SavedCursor.at(startOf(log));
      state.cursors().put(log, cursor);
      all.cursor(log, cursor);
      coverOldDeadLetters(log, all);
    }
    return state;
  }

  /** What a subscription that had the same name before has left is not this one's. */
  private void coverOldDeadLetters(StreamPartition log, StateChange change) {
    StreamPartition deadLog = deadLog(log);
    if (store.contains(deadLog)) {
      change.dead(deadLog, store.stats(deadLog).nextOffset());
    }
  }

  private long startOf(StreamPartition log) {
    SubscriptionStart start = settings.start();
    LogStats stats = store.stats(log);
    return switch (start.at()) {
      case EARLIEST -> stats.startOffset();
      case LATEST -> stats.nextOffset();
      case TIME -> firstAt(log, start.timeMs(), stats);
    };
  }

  private long firstAt(StreamPartition log, long timeMs, LogStats stats) {
    ReadRange range =
        ReadRange.offsets(stats.startOffset(), stats.nextOffset())
            .withTimes(timeMs, Long.MAX_VALUE);
    try (LogReader reader = store.openReader(log, range)) {
      return reader.next() ? reader.event().offset() : stats.nextOffset();
    }
  }

  private StreamPartition deadLog(StreamPartition log) {
    return DeadLetters.logOf(log, name, settings);
  }

  /** Events that were dead letters already when a crash came are not delivered again. */
  private void addDeadLetters(SubscriptionState state, StateChange all) {
    for (Map.Entry<StreamPartition, SavedCursor> each : state.cursors().entrySet()) {
      StreamPartition log = each.getKey();
      StreamPartition deadLog = deadLog(log);
      if (!store.contains(deadLog)) {
        continue;
      }
      Long covered = state.dead(deadLog);
      long from = covered == null ? 0 : covered;
      SavedCursor cursor = each.getValue();
      for (long offset : DeadLetters.since(store, deadLog, from, name, log)) {
        cursor = cursor.with(offset);
      }
      if (!cursor.equals(each.getValue())) {
        each.setValue(cursor);
        all.cursor(log, cursor);
      }
    }
  }

  private Subscription start(
      long epoch,
      SubscriptionState state,
      SavedState saved,
      Executor strand,
      FirstFailure failure,
      DeadLetters dead) {
    ReentrantLock lock = new ReentrantLock();
    Condition changed = lock.newCondition();
    UUID nonce = UUID.nameUUIDFromBytes(host.self().instance().nonce().getBytes(UTF_8));
    Deliveries deliveries =
        new Deliveries(settings.delivery(), nonce.getLeastSignificantBits() + epoch);
    state.cursors().keySet().forEach(log -> deliveries.add(log, state));
    Logs source = new Logs(lock, deliveries);
    SubscribedLogs logs = new SubscribedLogs(name, source, new KeyHash(host.storeId()));
    AckCommits commits =
        new AckCommits(
            name,
            lock,
            deliveries,
            saved,
            () -> folder.checkOwned(epoch, host.self()),
            settings,
            strand,
            failure,
            () -> {
              lock.lock();
              try {
                changed.signalAll();
              } finally {
                lock.unlock();
              }
            });
    boolean done = false;
    try {
      logs.discover();
      Subscription opened =
          new Subscription(
              name,
              settings,
              host.clock(),
              host.work(),
              lock,
              changed,
              failure,
              deliveries,
              logs,
              commits,
              dead,
              strand,
              new Parts(epoch, saved, source));
      done = true;
      return opened;
    } finally {
      if (!done) {
        logs.close();
      }
    }
  }

  /** The store's side of {@link SubscribedLogs}. */
  private final class Logs implements SubscribedLogs.Source {

    private final ReentrantLock lock;
    private final Deliveries deliveries;
    private long missedOffsets;

    Logs(ReentrantLock lock, Deliveries deliveries) {
      this.lock = lock;
      this.deliveries = deliveries;
    }

    @Override
    public SortedSet<StreamPartition> existing() {
      return SubscriptionOpening.this.existing();
    }

    @Override
    public boolean followsGenerations() {
      return stream != null;
    }

    @Override
    public LogReader open(StreamPartition log, long fromOffset) {
      return store.openReader(log, ReadRange.offsets(fromOffset, Long.MAX_VALUE));
    }

    @Override
    public LogCursor cursor(StreamPartition log) {
      lock.lock();
      try {
        LogCursor known = deliveries.cursor(log);
        if (known != null) {
          return known;
        }
        StreamPartition deadLog = deadLog(log);
        if (store.contains(deadLog)) {
          deliveries.deadTo(deadLog, store.stats(deadLog).nextOffset());
        }
        return deliveries.addNew(log, store.stats(log).startOffset());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void opened(LogCursor cursor, long start) {
      lock.lock();
      try {
        long from = cursor.takenTo();
        long missed = deliveries.startsAt(cursor, start);
        if (missed > 0) {
          missedOffsets += missed;
          LOG.warn(
              "Subscription '{}' was at offset {} of {}, which begins at {} now: of the offsets"
                  + " between, {} were not acknowledged, and retention has deleted them unless they"
                  + " never were there",
              name,
              from,
              cursor.log(),
              start,
              missed);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** What is let go of at the end. */
  private final class Parts implements Subscription.Parts {

    private final long epoch;
    private final SavedState saved;
    private final Logs source;

    Parts(long epoch, SavedState saved, Logs source) {
      this.epoch = epoch;
      this.saved = saved;
      this.source = source;
    }

    @Override
    public long missedOffsets() {
      return source.missedOffsets;
    }

    @Override
    public void close() {
      saved.close();
      try {
        folder.release(epoch);
      } catch (IOException e) {
        LOG.warn(
            "Subscription '{}' could not be let go of, so that no other process can open it while"
                + " this store is open here: {}",
            name,
            e.toString());
      }
    }
  }
}
