package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.Clock;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.subscribe.Deliveries;
import io.varve.subscribe.DeliveryFigures;
import io.varve.subscribe.HeldEvent;
import io.varve.work.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the events of a stream to consumers, each at least once: until one of them has
 * acknowledged it, or it was tried so often that it goes to the dead letters. How far it is stands
 * in the store under its name, so that the next opening goes on there, in this process or another.
 *
 * <pre>{@code
 * try (Subscription mails = store.openSubscription("mails", "orders", settings);
 *     EventConsumer consumer = mails.openConsumer()) {
 *   for (Delivery delivery; (delivery = consumer.next(Duration.ofSeconds(1))) != null; ) {
 *     send(delivery.event());
 *     delivery.ack();
 *   }
 * }
 * }</pre>
 *
 * <p>What holds:
 *
 * <ul>
 *   <li>an event whose acknowledgement is durable is never delivered again; what was acknowledged
 *       and is not durable when the process ends may be;
 *   <li>events with equal keys are delivered one after another in the order of their log, whoever
 *       consumes them: the next one when the one before is acknowledged or given up. (With {@code
 *       ordered} off, as they come.) Events without a key don't wait for each other;
 *   <li>not more events than {@code inFlightMax} are read ahead of the acknowledgements.
 * </ul>
 *
 * <p>One process at a time has it open. Opening it again in the same process ends the one before,
 * which may be stuck. The first failure ends it, too: whoever asks meets it. Nothing is lost by
 * that; open it again.
 *
 * <p>Thread: safe. A consumer that finds nothing to take reads the logs in its own thread, one at a
 * time; acknowledgements are written by the store's threads.
 */
public final class Subscription implements AutoCloseable {

  private static final long PAUSE_NANOS_MIN = 1_000_000;
  private static final long PAUSE_NANOS_MAX = 50_000_000;
  private static final long OWNERSHIP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int READ_EVENTS_MAX = 256;
  private static final long READ_BYTES_MAX = 1 << 20;

  private final String name;
  private final SubscriptionSettings settings;
  private final Clock clock;
  private final ReentrantLock lock;
  private final Condition changed;
  private final FirstFailure failure;
  private final Deliveries deliveries;
  private final SubscribedLogs logs;
  private final AckCommits commits;
  private final DeadLetters dead;
  private final Executor strand;
  private final Parts parts;
  private final Work.Repeating ticks;
  private final Set<EventConsumer> consumers = new LinkedHashSet<>();

  private boolean closed;
  // Whether somebody reads the logs just now, without the lock.
  private boolean reading;
  private long lookNanos;
  private long pauseNanos = PAUSE_NANOS_MIN;
  private long discoverNanos;
  private long ownershipNanos;

  /** What a subscription is made of; see {@link SubscriptionOpening}. */
  interface Parts {

    /** Offsets that were not in the logs any more. With the lock held. */
    long missedOffsets();

    /** Lets go of the state, and of the subscription. */
    void close();
  }

  Subscription(
      String name,
      SubscriptionSettings settings,
      Clock clock,
      Work work,
      ReentrantLock lock,
      Condition changed,
      FirstFailure failure,
      Deliveries deliveries,
      SubscribedLogs logs,
      AckCommits commits,
      DeadLetters dead,
      Executor strand,
      Parts parts) {
    this.name = name;
    this.settings = settings;
    this.clock = clock;
    this.lock = lock;
    this.changed = changed;
    this.failure = failure;
    this.deliveries = deliveries;
    this.logs = logs;
    this.commits = commits;
    this.dead = dead;
    this.strand = strand;
    this.parts = parts;
    this.lookNanos = clock.nanos();
    this.discoverNanos = clock.nanos() + settings.discoverMs() * 1_000_000;
    this.ownershipNanos = clock.nanos();
    this.ticks = work.every(settings.commitMs(), this::tick);
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /** Adds a consumer. */
  public EventConsumer openConsumer() {
    lock.lock();
    try {
      check();
      EventConsumer consumer = new EventConsumer(this);
      consumers.add(consumer);
      return consumer;
    } finally {
      lock.unlock();
    }
  }

  private void check() {
    failure.check();
    if (closed) {
      throw new StoreClosedException("Subscription '" + name + "'");
    }
  }

  List<Delivery> take(EventConsumer consumer, int max, Duration wait) {
    if (max < 1) {
      throw new BadSettingException("max", max, "a number from 1");
    }
    long deadline = clock.nanos() + saturated(wait);
    boolean looked = false;
    lock.lock();
    try {
      while (true) {
        check();
        if (consumer.isClosed()) {
          throw new StoreClosedException("A consumer of subscription '" + name + "'");
        }
        long now = clock.nanos();
        deliveries.expire(now, clock.wallMs());
        bury();
        List<Delivery> taken = takeReady(consumer, max, now);
        if (!taken.isEmpty()) {
          return taken;
        }
        if (!reading && deliveries.room() > 0 && (!looked || lookNanos - now <= 0)) {
          looked = true;
          read(now);
          continue;
        }
        long left = deadline - now;
        if (left <= 0) {
          return List.of();
        }
        long unused = changed.awaitNanos(Math.min(left, untilNext(now)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private List<Delivery> takeReady(EventConsumer consumer, int max, long now) {
    List<Delivery> taken = List.of();
    for (HeldEvent event;
        taken.size() < max && (event = deliveries.next(consumer, now)) != null; ) {
      if (max == 1) {
        return List.of(new Delivery(this, event));
      }
      if (taken.isEmpty()) {
        taken = new ArrayList<>();
      }
      taken.add(new Delivery(this, event));
    }
    return taken;
  }

  private static long saturated(Duration wait) {
    // Half of all, so that sums with the clock's time don't overflow.
    long most = Long.MAX_VALUE / 2;
    return wait.compareTo(Duration.ofNanos(most)) < 0 ? Math.max(0, wait.toNanos()) : most;
  }

  /** How long there is nothing to do unless somebody says so. */
  private long untilNext(long now) {
    long due = deliveries.nextDueNanos(now) - now;
    long look = reading || deliveries.room() <= 0 ? PAUSE_NANOS_MAX : lookNanos - now;
    return Math.max(1, Math.min(due, look));
  }

  /** Reads events in the caller's thread, without the lock meanwhile. */
  private void read(long now) {
    int room = Math.min(deliveries.room(), READ_EVENTS_MAX);
    long bytes = Math.min(deliveries.roomBytes(), READ_BYTES_MAX);
    boolean discover = discoverNanos - now <= 0;
    List<HeldEvent> events = List.of();
    reading = true;
    lock.unlock();
    try {
      if (discover) {
        logs.discover();
      }
      events = logs.read(room, bytes);
    } catch (VarveException e) {
      failure.set(e);
    } catch (RuntimeException | Error e) {
      failure.set(new StoreFailedException("Reading for subscription '" + name + "' failed", e));
      throw e;
    } finally {
      lock.lock();
      reading = false;
      changed.signalAll();
    }
    if (failure.get() != null) {
      return;
    }
    if (discover) {
      discoverNanos = now + settings.discoverMs() * 1_000_000;
    }
    long nowMs = clock.wallMs();
    for (HeldEvent event : events) {
      deliveries.take(event, now, nowMs);
    }
    logs.places(deliveries::takenTo);
    pauseNanos = events.isEmpty() ? Math.min(2 * pauseNanos, PAUSE_NANOS_MAX) : PAUSE_NANOS_MIN;
    lookNanos = events.isEmpty() ? now + pauseNanos : now;
  }

  /** What has had its last try goes to the dead letters. With the lock held. */
  private void bury() {
    if (deliveries.isDying()) {
      List<HeldEvent> dying = deliveries.takeDying();
      onStrand(() -> dead.bury(dying));
    }
  }

  private void onStrand(Runnable task) {
    try {
      strand.execute(task);
    } catch (RejectedExecutionException e) {
      failure.set(new StoreClosedException("The store of subscription '" + name + "'"));
    }
  }

  /** Events are durable as dead letters, or something has failed. */
  void dead(List<HeldEvent> events, Map<StreamPartition, Long> upTo) {
    lock.lock();
    try {
      long now = clock.nanos();
      for (HeldEvent event : events) {
        deliveries.dead(event, now);
      }
      upTo.forEach(deliveries::deadTo);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean acknowledge(HeldEvent event, long token) {
    lock.lock();
    try {
      check();
      boolean full = deliveries.room() <= 0;
      boolean counts = deliveries.acknowledge(event, token, clock.nanos());
      if (counts) {
        commits.acknowledged();
        if (full || deliveries.isReady()) {
          changed.signal();
        }
      }
      return counts;
    } finally {
      lock.unlock();
    }
  }

  boolean refuse(HeldEvent event, long token, @Nullable Duration delay, String reason) {
    long delayMs = delay == null ? -1 : TimeUnit.NANOSECONDS.toMillis(saturated(delay));
    lock.lock();
    try {
      check();
      boolean counts =
          deliveries.refuse(event, token, delayMs, reason, clock.nanos(), clock.wallMs());
      bury();
      changed.signal();
      return counts;
    } finally {
      lock.unlock();
    }
  }

  boolean extend(HeldEvent event, long token, Duration time) {
    lock.lock();
    try {
      check();
      return deliveries.extend(event, token, clock.nanos() + saturated(time));
    } finally {
      lock.unlock();
    }
  }

  void leave(EventConsumer consumer) {
    lock.lock();
    try {
      if (consumers.remove(consumer)) {
        consumer.setClosed();
        deliveries.giveBack(consumer);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Does what is due, and has acknowledgements written. */
  private void tick() {
    lock.lock();
    try {
      if (closed || failure.get() != null) {
        return;
      }
      long now = clock.nanos();
      deliveries.expire(now, clock.wallMs());
      bury();
      if (deliveries.isReady()) {
        changed.signalAll();
      }
      onStrand(dead::step);
      if (deliveries.isChanged() || now - ownershipNanos >= OWNERSHIP_NANOS) {
        ownershipNanos = now;
        commits.ask();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks for all that was acknowledged to become durable.
   *
   * @return is done then; fails with a {@link VarveException}
   */
  public CompletableFuture<@Nullable Void> commit() {
    return commits.commit();
  }

  /** Commits and waits until it is done. */
  public void sync() {
    await(commits.commit(), Long.MAX_VALUE);
  }

  /** What ended it, or null while it works. */
  public @Nullable VarveException failure() {
    return failure.get();
  }

  /** How it is doing. */
  public SubscriptionMetrics metrics() {
    lock.lock();
    try {
      DeliveryFigures figures = deliveries.figures();
      long oldestMs = figures.oldestMs();
      return new SubscriptionMetrics(
          logs.unread() + figures.held(),
          oldestMs < 0 ? 0 : Math.max(0, clock.wallMs() - oldestMs),
          figures,
          parts.missedOffsets(),
          commits.commits(),
          commits.durable(),
          consumers.size(),
          commits.memoryBytes());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Commits what is acknowledged and lets go of the subscription; throws if that fails. One that
   * has failed is only let go of.
   */
  @Override
  public void close() {
    if (failure.get() != null) {
      abandon();
    } else if (end()) {
      CompletableFuture<@Nullable Void> done = commits.commit();
      try {
        await(done, Long.MAX_VALUE);
      } finally {
        await(release(), Long.MAX_VALUE);
      }
    }
  }

  /**
   * The same, but does not wait longer than {@code wait}.
   *
   * @return whether all that was acknowledged is durable by then; if not, it may become so later
   */
  public boolean close(Duration wait) {
    if (!end()) {
      return failure.get() == null;
    }
    CompletableFuture<@Nullable Void> done = commits.commit();
    CompletableFuture<?> released = release();
    try {
      await(done, saturated(wait));
      await(released, saturated(wait));
      return done.isDone();
    } catch (VarveException e) {
      return false;
    }
  }

  /** Lets go of the subscription at once; what isn't durable is delivered again. */
  public void abandon() {
    if (end()) {
      CompletableFuture<?> unused = release();
    }
  }

  /** Has nobody take or read any more; false if that was done before. */
  private boolean end() {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      ticks.close();
      for (EventConsumer consumer : consumers) {
        consumer.setClosed();
      }
      consumers.clear();
      changed.signalAll();
      while (reading) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    logs.close();
    return true;
  }

  /** Behind what is still being written. */
  private CompletableFuture<@Nullable Void> release() {
    CompletableFuture<@Nullable Void> released = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            dead.close();
          } finally {
            try {
              parts.close();
            } finally {
              released.complete(null);
            }
          }
        };
    try {
      strand.execute(task);
    } catch (RejectedExecutionException e) {
      // The store is closed, and with it the threads that would use them.
      task.run();
    }
    return released;
  }

  private void await(CompletableFuture<?> future, long nanos) {
    try {
      future.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VarveException known) {
        throw known;
      }
      throw new StoreFailedException(
          "Writing the state of subscription '" + name + "' failed", e.getCause());
    } catch (TimeoutException e) {
      // It goes on in the background.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailedException(
          "Interrupted while the state of subscription '" + name + "' is written", e);
    }
  }
}
