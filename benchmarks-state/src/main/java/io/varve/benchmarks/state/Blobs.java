package io.varve.benchmarks.state;

import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;

/**
 * A value state of byte arrays in a slot, for the keys from 0 on. Thread: confined to the slot's.
 */
final class Blobs {

  private final Slot slot;
  private final ValueState<byte[]> state;
  private final Payload payload;

  Blobs(Slot slot, Payload payload) throws Exception {
    this.slot = slot;
    this.payload = payload;
    this.state =
        slot.state(new ValueStateDescriptor<>("blobs", BytePrimitiveArraySerializer.INSTANCE));
  }

  void update(Long key) throws Exception {
    slot.backend().setCurrentKey(key);
    state.update(payload.next());
  }

  /** Updates those keys, from the one index until the other. */
  void update(long[] keys, int from, int until) throws Exception {
    for (int i = from; i < until; i++) {
      update(keys[i]);
    }
  }

  /**
   * Reads a value that must be there.
   *
   * @return one of its bytes
   */
  long get(Long key) throws Exception {
    slot.backend().setCurrentKey(key);
    return value(key)[0];
  }

  /** Reads a value that must be there, and writes another one. */
  long readAndUpdate(Long key) throws Exception {
    slot.backend().setCurrentKey(key);
    byte[] value = value(key);
    byte[] changed = payload.next();
    changed[1] = value[0];
    state.update(changed);
    return changed[1];
  }

  private byte[] value(Long key) throws Exception {
    byte[] value = state.value();
    if (value == null) {
      throw new IllegalStateException("The value of key " + key + " is lost");
    }
    return value;
  }
}
