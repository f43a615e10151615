package io.varve.connect.sink;

import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * When a log's events are synced: together, some time after the first of them came. The engine
 * syncs in the background; one sync is under way at a time, unless the worker wants to know.
 *
 * <p>Thread: confined to the task's.
 */
final class GroupCommit {

  private final SinkMeters meters;
  private final Clock clock;
  private boolean dirty;
  private long dirtyNanos;
  private @Nullable CompletableFuture<?> underWay;

  GroupCommit(SinkMeters meters, Clock clock) {
    this.meters = meters;
    this.clock = clock;
  }

  /** Begins anew, with a log that was just opened or given up. */
  void reset() {
    dirty = false;
    underWay = null;
  }

  /** Something was taken that is to be synced. */
  void took(long nowNanos) {
    if (!dirty) {
      dirty = true;
      dirtyNanos = nowNanos;
    }
  }

  /** Whether something was taken since the last sync was asked for. */
  boolean isDirty() {
    return dirty;
  }

  /** Whether what was taken has waited long enough for the next sync. */
  boolean isDue(long nowNanos, long intervalNanos) {
    return dirty && underWay == null && nowNanos - dirtyNanos >= intervalNanos;
  }

  /**
   * A sync was asked for.
   *
   * @param complete whether it will cover all that was taken
   */
  void start(CompletableFuture<?> commit, long nowNanos, boolean complete) {
    dirty = !complete;
    underWay = commit;
    var unused = commit.thenRun(() -> meters.committed(clock.nanos() - nowNanos));
  }

  /** The sync under way; done if there is none. */
  CompletableFuture<?> underWay() {
    return underWay == null ? CompletableFuture.completedFuture(null) : underWay;
  }

  /**
   * Looks whether the sync that was under way has come to its end.
   *
   * @return whether it just did, well
   * @throws VarveException if it failed
   */
  boolean ended() {
    CompletableFuture<?> commit = underWay;
    if (commit == null || !commit.isDone()) {
      return false;
    }
    underWay = null;
    try {
      commit.get();
      return true;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof VarveException failure
          ? failure
          : new StoreFailedException("Syncing failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Nanoseconds until there is something to do, or Long.MAX_VALUE. */
  long nanosToDo(long nowNanos, long intervalNanos) {
    return dirty || underWay != null
        ? Math.max(0, intervalNanos - (nowNanos - dirtyNanos))
        : Long.MAX_VALUE;
  }
}
