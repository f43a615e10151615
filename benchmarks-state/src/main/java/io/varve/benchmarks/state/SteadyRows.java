package io.varve.benchmarks.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A state that is updated at random without end, with a checkpoint every so often: how even is the
 * rate, what do checkpoints cost, how much disk does it take?
 */
final class SteadyRows implements Rows {

  private static final long SLICE_NANOS = 100_000_000;
  private static final int BATCH = 16;

  /** The checkpoint under way, if there is one, and the last one that was confirmed. */
  private static final class Running {
    Checkpoints.@Nullable Begun begun;
    @Nullable Snapshot last;
    @Nullable Future<?> subsuming;
    final List<Double> syncMs = new ArrayList<>();
    final List<Double> ms = new ArrayList<>();
  }

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    long valueBytes = (long) Long.BYTES + sizes.steadyValueBytes;
    int keys = (int) (sizes.steadyBytes() / valueBytes);
    Order order = Order.random(keys);
    List<Double> space = Collections.synchronizedList(new ArrayList<>());
    ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
    try (Checkpoints checkpoints = new Checkpoints(turn);
        Slot slot = Slot.empty(turn, true)) {
      Blobs blobs = new Blobs(slot, new Payload(sizes.steadyValueBytes));
      turn.progress("loading " + keys + " keys");
      blobs.update(Order.shuffled(keys).all(), 0, keys);
      OwnProcess.settle(sizes);
      ScheduledFuture<?> sampling =
          sampler.scheduleAtFixedRate(
              () -> space.add(diskBytes(slot) / (keys * (double) valueBytes)),
              0,
              1,
              TimeUnit.SECONDS);
      turn.progress("updating for " + sizes.steadySeconds + " s");
      Running running = new Running();
      long[] slices = update(sizes, slot, checkpoints, running, blobs, order);
      if (sampling.isDone()) {
        // It has failed.
        sampling.get();
      }
      sampler.shutdown();
      sampler.awaitTermination(1, TimeUnit.MINUTES);
      if (running.begun != null) {
        confirm(slot, checkpoints, running, running.begun);
      }
      report(turn, slices, running, space);
      OwnProcess.settle(sizes);
      turn.report("STEADY_SPACE_AFTERWARDS", "×", diskBytes(slot) / (keys * (double) valueBytes));
    } finally {
      sampler.shutdownNow();
    }
  }

  /** Updates until the time is over, and says how often in each slice of it. */
  private static long[] update(
      Sizes sizes, Slot slot, Checkpoints checkpoints, Running running, Blobs blobs, Order order)
      throws Exception {
    long start = System.nanoTime();
    long end = TimeUnit.SECONDS.toNanos(sizes.steadySeconds);
    long interval = TimeUnit.MILLISECONDS.toNanos(sizes.steadyCheckpointMs);
    long nextCheckpoint = interval;
    long[] slices = new long[(int) (end / SLICE_NANOS)];
    long n = 0;
    for (long now = 0; now < end; now = System.nanoTime() - start) {
      if (running.begun != null && running.begun.isDone()) {
        confirm(slot, checkpoints, running, running.begun);
      }
      if (now >= nextCheckpoint && running.begun == null) {
        running.begun = checkpoints.beginCheckpoint(slot);
        nextCheckpoint = now + interval;
      }
      for (int i = 0; i < BATCH; i++) {
        blobs.update(order.at(n++));
      }
      slices[(int) (now / SLICE_NANOS)] += BATCH;
    }
    return slices;
  }

  private static void confirm(
      Slot slot, Checkpoints checkpoints, Running running, Checkpoints.Begun begun)
      throws Exception {
    Snapshot snapshot = checkpoints.end(begun);
    checkpoints.confirm(slot, snapshot);
    if (running.last != null) {
      if (running.subsuming != null) {
        running.subsuming.get();
      }
      running.subsuming = checkpoints.subsumeAside(running.last, snapshot);
    }
    running.syncMs.add(snapshot.syncMs());
    running.ms.add(snapshot.ms());
    running.last = snapshot;
    running.begun = null;
  }

  private static void report(Turn turn, long[] slices, Running running, List<Double> space) {
    double sliceMs = SLICE_NANOS / 1e6;
    double[] rates = Arrays.stream(slices).mapToDouble(count -> count / sliceMs).sorted().toArray();
    turn.report("STEADY_UPDATE_SLICE_MEDIAN", "ops/ms", rates[rates.length / 2]);
    turn.report("STEADY_UPDATE_SLICE_WORST_10PCT", "ops/ms", rates[rates.length / 10]);
    turn.report("STEADY_UPDATE_SLICE_WORST_1PCT", "ops/ms", rates[rates.length / 100]);
    turn.report("STEADY_UPDATE_SLICE_WORST_0.1PCT", "ops/ms", rates[rates.length / 1000]);
    turn.report("STEADY_UPDATE_MEAN", "ops/ms", Arrays.stream(rates).average().orElseThrow());
    if (!running.ms.isEmpty()) {
      turn.report("STEADY_CHECKPOINT", "ms", running.ms);
      turn.report("STEADY_CHECKPOINT_SYNC_PART", "ms", running.syncMs);
    }
    turn.report("STEADY_SPACE", "×", List.copyOf(space));
    turn.report("STEADY_SPACE_MAX", "×", Collections.max(space));
  }

  private static double diskBytes(Slot slot) {
    try {
      return OwnProcess.diskBytes(slot.folder());
    } catch (IOException e) {
      throw new IllegalStateException("The local folder's size is not to be had", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
