package io.varve;

import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.subscribe.Deliveries;
import io.varve.subscribe.SavedState;
import io.varve.subscribe.StateChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is acknowledged, many acknowledgements at once: what there is when the strand comes
 * to it. After that it looks whether the subscription is still ours; only then are they durable.
 *
 * <p>Thread: safe, guarded by the subscription's lock; writing is done on the strand without it.
 */
final class AckCommits {

  /** Looks whether the subscription is still ours. */
  interface Ownership {
    void check() throws IOException;
  }

  private final String name;
  private final ReentrantLock lock;
  private final Deliveries deliveries;
  private final SavedState state;
  private final Ownership ownership;
  private final boolean sync;
  private final int eventsMax;
  private final Executor strand;
  private final FirstFailure failure;
  private final Runnable failed;

  private boolean asked;
  private long acks;
  private long acksTaken;
  private long acksDurable;
  private long commits;
  private List<CompletableFuture<@Nullable Void>> waiting = new ArrayList<>();

  /**
   * @param failed what is done when something has failed
   */
  AckCommits(
      String name,
      ReentrantLock lock,
      Deliveries deliveries,
      SavedState state,
      Ownership ownership,
      SubscriptionSettings settings,
      Executor strand,
      FirstFailure failure,
      Runnable failed) {
    this.name = name;
    this.lock = lock;
    this.deliveries = deliveries;
    this.state = state;
    this.ownership = ownership;
    this.sync = settings.sync();
    this.eventsMax = settings.commitEvents();
    this.strand = strand;
    this.failure = failure;
    this.failed = failed;
  }

  /** Counts an acknowledgement. With the lock held. */
  void acknowledged() {
    acks++;
    if (acks - acksTaken >= eventsMax) {
      ask();
    }
  }

  /** Has all that was acknowledged written soon. With the lock held. */
  void ask() {
    if (asked) {
      return;
    }
    asked = true;
    try {
      strand.execute(this::run);
    } catch (RejectedExecutionException e) {
      asked = false;
      fail(new StoreClosedException("The store of subscription '" + name + "'"));
    }
  }

  /** Is done when all that was acknowledged is durable. */
  CompletableFuture<@Nullable Void> commit() {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    lock.lock();
    try {
      waiting.add(done);
      ask();
    } finally {
      lock.unlock();
    }
    return done;
  }

  private void run() {
    StateChange change;
    List<CompletableFuture<@Nullable Void>> told;
    long covers;
    lock.lock();
    try {
      asked = false;
      change = deliveries.takeChange();
      covers = acks;
      acksTaken = acks;
      told = waiting;
      waiting = new ArrayList<>();
    } finally {
      lock.unlock();
    }
    try {
      failure.attempt("Writing the state of subscription '" + name + "'", () -> write(change));
    } catch (RuntimeException e) {
      told.forEach(each -> each.completeExceptionally(e));
      failed.run();
      return;
    }
    lock.lock();
    try {
      acksDurable = covers;
      if (!change.isEmpty()) {
        commits++;
      }
    } finally {
      lock.unlock();
    }
    told.forEach(each -> each.complete(null));
  }

  private void write(StateChange change) throws IOException {
    if (!change.isEmpty()) {
      state.write(change, sync);
    }
    ownership.check();
  }

  private void fail(StoreClosedException e) {
    failure.set(e);
    waiting.forEach(each -> each.completeExceptionally(e));
    waiting = new ArrayList<>();
    failed.run();
  }

  /** With the lock held. */
  long durable() {
    return acksDurable;
  }

  /** Memory that the state takes, bytes. Thread: safe. */
  long memoryBytes() {
    return state.memoryBytes();
  }

  /** With the lock held. */
  long commits() {
    return commits;
  }
}
