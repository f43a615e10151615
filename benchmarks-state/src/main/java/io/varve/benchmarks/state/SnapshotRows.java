package io.varve.benchmarks.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;

/**
 * Checkpoints, savepoints, restores and rescaling of one value state, small or large. Before each
 * snapshot one in a hundred of the keys is changed, so that none finds its work done.
 */
final class SnapshotRows implements Rows {

  private static final KeyGroupRange LOWER = KeyGroupRange.of(0, Slot.KEY_GROUPS / 2 - 1);
  private static final KeyGroupRange UPPER =
      KeyGroupRange.of(Slot.KEY_GROUPS / 2, Slot.KEY_GROUPS - 1);

  private static final int FIRST_READS = 10_000;
  private static final double MB = 1e6;

  /** Values by row, until all repeats are done. */
  private final Map<String, List<Double>> measured = new LinkedHashMap<>();

  private final Map<String, String> units = new HashMap<>();

  /** What this measures, of which size. */
  private record State(Turn turn, int keys, int valueBytes, int repeats, long[] shuffled) {

    static State of(Turn turn) {
      Sizes sizes = turn.sizes();
      boolean large = turn.suite() == Suite.LARGE_SNAPSHOTS;
      int keys = large ? sizes.largeValues : sizes.keys;
      return new State(
          turn,
          keys,
          large ? sizes.largeValueBytes : sizes.snapshotValueBytes,
          large ? 1 : sizes.snapshotRepeats,
          Order.shuffled(keys).all());
    }

    Blobs blobs(Slot slot) throws Exception {
      return new Blobs(slot, new Payload(valueBytes));
    }

    Blobs load(Slot slot) throws Exception {
      turn.progress("loading " + keys + " keys");
      Blobs blobs = blobs(slot);
      blobs.update(shuffled, 0, keys);
      OwnProcess.settle(turn.sizes());
      return blobs;
    }

    /** Changes one in a hundred of the keys, other ones each time. */
    void change(Blobs blobs, int repeat) throws Exception {
      int count = changes();
      blobs.update(shuffled, repeat * count, (repeat + 1) * count);
    }

    int changes() {
      return keys / 100;
    }
  }

  @Override
  public void run(Turn turn) throws Exception {
    State state = State.of(turn);
    turn.attempt("SNAPSHOT_FULL", () -> full(state));
    turn.attempt("SNAPSHOT_INC", () -> incremental(state));
  }

  private void full(State state) throws Exception {
    Turn turn = state.turn();
    try (Checkpoints checkpoints = new Checkpoints(turn)) {
      List<KeyedStateHandle> savepoint = new ArrayList<>();
      try (Slot slot = Slot.empty(turn, false)) {
        Blobs blobs = state.load(slot);
        for (int i = 0; i < state.repeats(); i++) {
          state.change(blobs, i);
          Snapshot snapshot = checkpoints.checkpoint(slot);
          checkpoints.confirm(slot, snapshot);
          measured("SNAPSHOT_FULL", snapshot);
          checkpoints.discard(snapshot);
        }
        report(turn);
        turn.attempt(
            "SAVEPOINT_CANONICAL",
            () -> {
              for (int i = 0; i < state.repeats(); i++) {
                Snapshot snapshot = checkpoints.canonicalSavepoint(slot);
                measured("SAVEPOINT_CANONICAL", snapshot);
                if (i == 0) {
                  savepoint.add(snapshot.handle());
                } else {
                  checkpoints.discard(snapshot);
                }
              }
              report(turn);
            });
      }
      if (!savepoint.isEmpty()) {
        turn.attempt(
            "RESTORE_CANONICAL",
            () -> restores(state, "RESTORE_CANONICAL", Slot.ALL_KEY_GROUPS, savepoint));
      }
    }
  }

  private void incremental(State state) throws Exception {
    Turn turn = state.turn();
    try (Checkpoints checkpoints = new Checkpoints(turn)) {
      Snapshot last;
      try (Slot slot = Slot.empty(turn, true)) {
        Blobs blobs = state.load(slot);
        last = checkpoints.checkpoint(slot);
        checkpoints.confirm(slot, last);
        measured("SNAPSHOT_INC_FIRST", last);
        for (int i = 0; i < state.repeats(); i++) {
          state.change(blobs, i);
          Snapshot older = last;
          last = checkpoints.checkpoint(slot);
          checkpoints.confirm(slot, last);
          checkpoints.subsume(older, last);
          measured("SNAPSHOT_INC_1PCT", last);
        }
        report(turn);
        double changed = (double) state.changes() * (Long.BYTES + state.valueBytes());
        turn.report("SNAPSHOT_INC_1PCT_CHANGED", "MB", changed / MB);
        turn.report("SNAPSHOT_INC_1PCT_PARTS", "parts", last.parts());
      }
      List<KeyedStateHandle> whole = List.of(last.handle());
      turn.attempt("RESTORE", () -> restores(state, "RESTORE", Slot.ALL_KEY_GROUPS, whole));
      turn.attempt(
          "RESCALE",
          () -> {
            restores(state, "RESCALE_OUT", LOWER, whole);
            List<KeyedStateHandle> halves = new ArrayList<>();
            for (KeyGroupRange half : List.of(LOWER, UPPER)) {
              try (Slot slot = Slot.restored(turn, half, whole)) {
                Blobs blobs = state.blobs(slot);
                blobs.update(Order.random(state.keys(), half).at(0));
                Snapshot snapshot = checkpoints.checkpoint(slot);
                checkpoints.confirm(slot, snapshot);
                halves.add(snapshot.handle());
              }
            }
            restores(state, "RESCALE_IN", Slot.ALL_KEY_GROUPS, halves);
          });
    }
  }

  private void restores(
      State state, String row, KeyGroupRange range, List<KeyedStateHandle> handles)
      throws Exception {
    Order order = Order.random(state.keys(), range);
    Payload payload = new Payload(state.valueBytes());
    for (int i = 0; i < state.repeats(); i++) {
      long start = System.nanoTime();
      try (Slot slot = Slot.restored(state.turn(), range, handles)) {
        Blobs blobs = new Blobs(slot, payload);
        blobs.get(order.at(0));
        add(row + "_FIRST_ACCESS", "ms", (System.nanoTime() - start) / 1e6);
        for (int read = 0; read < FIRST_READS; read++) {
          blobs.get(order.at(read));
        }
        add(row + "_10K_READS", "ms", (System.nanoTime() - start) / 1e6);
        long settled = OwnProcess.settle(state.turn().sizes());
        add(row + "_SETTLED", "ms", (settled - start) / 1e6);
      }
    }
    report(state.turn());
  }

  private void measured(String row, Snapshot snapshot) {
    add(row, "ms", snapshot.ms());
    add(row + "_SYNC_PART", "ms", snapshot.syncMs());
    add(row + "_BYTES", "MB", snapshot.fileBytes() / MB);
  }

  private void add(String row, String unit, double value) {
    measured.computeIfAbsent(row, name -> new ArrayList<>()).add(value);
    units.put(row, unit);
  }

  private void report(Turn turn) {
    measured.forEach((row, values) -> turn.report(row, units.getOrDefault(row, ""), values));
    measured.clear();
  }
}
