package io.varve.state;

import io.varve.base.StoreFailedException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Has threads read a snapshot's batches ahead of the one that takes them. Records of one key group
 * lie all over the files, so that most of the time goes into many small reads: each lane goes
 * through all batches and reads every {@link #LANES}th.
 *
 * <p>Thread: used by one; its lanes run on an executor.
 */
final class SnapshotReadAhead implements SnapshotReader.Source, AutoCloseable {

  private static final int LANES = 2;
  private static final int BATCHES_OF_LANE = 4;

  /** A batch is either in one of the queues or with whoever took it. */
  private static final class Lane {
    final BlockingQueue<SnapshotBatch> free = new LinkedBlockingQueue<>();
    final BlockingQueue<SnapshotBatch> read = new LinkedBlockingQueue<>();

    /** Ends the lane if it fails; made before, since memory may be what is short. */
    final SnapshotBatch failed = new SnapshotBatch();
  }

  private final Lane[] lanes = new Lane[LANES];
  private int turn;
  private @Nullable SnapshotBatch taken;
  private volatile boolean closed;

  SnapshotReadAhead(List<SnapshotGroup> groups, Executor executor) {
    for (int i = 0; i < LANES; i++) {
      Lane lane = new Lane();
      for (int j = 0; j < BATCHES_OF_LANE; j++) {
        lane.free.add(new SnapshotBatch());
      }
      lanes[i] = lane;
    }
    boolean begun = false;
    try {
      for (int i = 0; i < LANES; i++) {
        int number = i;
        executor.execute(() -> run(number, new SnapshotBatches(groups)));
      }
      begun = true;
    } finally {
      if (!begun) {
        close();
      }
    }
  }

  private void run(int number, SnapshotBatches batches) {
    Lane lane = lanes[number];
    try {
      SnapshotBatch batch = take(lane.free);
      for (long i = 0; !closed && batches.plan(batch); i++) {
        if (i % LANES == number) {
          batches.read(batch);
          lane.read.add(batch);
          batch = take(lane.free);
        }
      }
    } catch (RuntimeException | Error e) {
      lane.failed.fail(e);
      lane.read.add(lane.failed);
    }
  }

  @Override
  public SnapshotBatch next() {
    SnapshotBatch before = taken;
    if (before != null) {
      before.checkRead(); // After a failure nothing comes any more.
      taken = null;
      lanes[(turn + LANES - 1) % LANES].free.add(before);
    }
    SnapshotBatch batch = take(lanes[turn].read);
    turn = (turn + 1) % LANES;
    taken = batch;
    batch.checkRead();
    return batch;
  }

  private static SnapshotBatch take(BlockingQueue<SnapshotBatch> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailedException("Interrupted while reading a snapshot", e);
    }
  }

  /** Has the lanes end soon; doesn't wait for them. */
  @Override
  public void close() {
    closed = true;
    for (Lane lane : lanes) {
      // Whoever waits for a free one goes on, and sees that it is over.
      lane.free.add(new SnapshotBatch());
    }
  }
}
