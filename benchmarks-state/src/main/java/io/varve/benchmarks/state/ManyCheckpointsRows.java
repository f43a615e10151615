package io.varve.benchmarks.state;

import java.util.ArrayList;
import java.util.List;

/**
 * A small state that is checkpointed again and again, each checkpoint replacing the one before:
 * what does a checkpoint consist of, and what does it cost, after very many?
 */
final class ManyCheckpointsRows implements Rows {

  private static final int VALUE_BYTES = 100;

  @Override
  public void run(Turn turn) throws Exception {
    Sizes sizes = turn.sizes();
    Order order = Order.random(sizes.manyKeys);
    try (Checkpoints checkpoints = new Checkpoints(turn);
        Slot slot = Slot.empty(turn, true)) {
      Blobs blobs = new Blobs(slot, new Payload(VALUE_BYTES));
      long[] keys = Order.shuffled(sizes.manyKeys).all();
      blobs.update(keys, 0, keys.length);
      Snapshot last = checkpoints.checkpoint(slot);
      checkpoints.confirm(slot, last);
      List<Double> ms = new ArrayList<>();
      List<Double> parts = new ArrayList<>();
      double writtenBytes = last.checkpointedBytes();
      for (int i = 1; i < sizes.checkpoints; i++) {
        for (int update = 0; update < sizes.manyUpdates; update++) {
          blobs.update(order.at((long) i * sizes.manyUpdates + update));
        }
        Snapshot older = last;
        last = checkpoints.checkpoint(slot);
        checkpoints.confirm(slot, last);
        checkpoints.subsume(older, last);
        ms.add(last.ms());
        parts.add((double) last.parts());
        writtenBytes += last.checkpointedBytes();
        if (i % 100 == 0) {
          turn.progress("checkpoint " + i);
        }
      }
      turn.report("MANY_CHECKPOINT", "ms", ms);
      turn.report("MANY_PARTS", "parts", parts);
      turn.report("MANY_PARTS_AT_END", "parts", last.parts());
      turn.report("MANY_FILES_AT_END", "files", checkpoints.files());
      turn.report("MANY_FILE_BYTES_AT_END", "MB", checkpoints.bytes() / 1e6);
      turn.report("MANY_HANDLE_AT_END", "kB", last.handleBytes() / 1e3);
      turn.report("MANY_WRITTEN_IN_ALL", "MB", writtenBytes / 1e6);
    }
  }
}
