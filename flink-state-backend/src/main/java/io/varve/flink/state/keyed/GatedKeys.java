package io.varve.flink.state.keyed;

import io.varve.state.ByteSpan;
import io.varve.state.KeyCursor;
import io.varve.state.StateTable;

/**
 * The keys of a table, gone through between other operations: each step is one of its own.
 *
 * <p>Thread: the task's, outside the gate.
 */
final class GatedKeys {

  private final StoreGate gate;
  private final KeyCursor cursor;

  GatedKeys(StateTable table, StoreGate gate) {
    this.gate = gate;
    this.cursor = table.keys();
  }

  /** Moves to the next key; false behind the last. */
  boolean next() {
    gate.enter();
    try {
      return cursor.next();
    } finally {
      gate.exit();
    }
  }

  int keyGroup() {
    return cursor.keyGroup();
  }

  /** Valid until {@link #next} is called. */
  ByteSpan key() {
    return cursor.key();
  }
}
