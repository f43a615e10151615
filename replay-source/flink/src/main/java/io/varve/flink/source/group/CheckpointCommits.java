package io.varve.flink.source.group;

import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.flink.source.split.LogSplit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits where a job is to a group of consumers, whenever a checkpoint is complete, so that others
 * see it and can go on there. The job itself goes on where its checkpoint is. A commit that fails
 * is logged and counted, and made up for by the next.
 *
 * <p>Thread: confined to the task's; commits run on one of its own, so that the task needn't wait
 * for the disk.
 */
public final class CheckpointCommits implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointCommits.class);
  private static final long CLOSE_LIMIT_S = 10;

  private final String group;
  private final Counter succeeded;
  private final Counter failed;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "varve-commit");
            made.setDaemon(true);
            return made;
          });

  /** By checkpoint, the next offset to read of each log. */
  private final TreeMap<Long, Map<StreamPartition, Long>> snapshots = new TreeMap<>();

  private final Map<StreamPartition, Long> finished = new HashMap<>();
  private final AtomicReference<@Nullable Map<StreamPartition, Long>> due = new AtomicReference<>();
  private Map<StreamPartition, Long> committed = Map.of();
  private volatile boolean again;

  /**
   * @param metrics where commits are counted
   */
  public CheckpointCommits(String group, MetricGroup metrics) {
    this.group = group;
    this.succeeded = metrics.counter("commitsSucceeded");
    this.failed = metrics.counter("commitsFailed");
  }

  /** A split has been read to its end. */
  public void finished(LogSplit split) {
    put(split, finished);
  }

  /** A checkpoint has these splits. */
  public void snapshot(long checkpoint, List<LogSplit> splits) {
    Map<StreamPartition, Long> next = new HashMap<>(finished);
    splits.forEach(split -> put(split, next));
    snapshots.put(checkpoint, next);
  }

  private static void put(LogSplit split, Map<StreamPartition, Long> next) {
    if (split.next() != LogSplit.EARLIEST) {
      next.put(split.log(), split.next());
    }
  }

  /** A checkpoint is complete. */
  public void complete(long checkpoint, Store store) {
    Map<StreamPartition, Long> next = snapshots.get(checkpoint);
    snapshots.headMap(checkpoint, true).clear();
    if (next == null || next.isEmpty() || (next.equals(committed) && !again)) {
      return;
    }
    committed = next;
    again = false;
    if (due.getAndSet(next) == null) {
      thread.execute(() -> commit(store));
    }
  }

  private void commit(Store store) {
    Map<StreamPartition, Long> next = due.getAndSet(null);
    if (next == null) {
      return;
    }
    try {
      CommittedPlaces.commit(store, group, next);
      succeeded.inc();
    } catch (VarveException e) {
      failed.inc();
      again = true;
      LOG.warn(
          "The offsets {} were not committed to the group '{}' in {}; the job goes on, and the next"
              + " checkpoint commits again",
          next,
          group,
          store.path(),
          e);
    }
  }

  /** Waits for a commit that is under way. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
      LOG.warn("A commit to the group '{}' takes more than {} s; left alone", group, CLOSE_LIMIT_S);
    }
  }
}
