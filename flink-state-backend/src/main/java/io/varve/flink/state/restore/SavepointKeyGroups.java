package io.varve.flink.state.restore;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FullSnapshotUtil;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;

/**
 * Reads the entries of a canonical savepoint, key group by key group. In each, a state's number
 * stands before its first entry; an entry is key and value, each behind its length; the highest bit
 * of a key's first byte tells that another state's number follows, or the end.
 *
 * <p>Thread: confined to its user.
 */
final class SavepointKeyGroups {

  /** Where the entries of one state go. */
  interface Target {

    /**
     * Takes an entry, whose bytes are in the array until it returns.
     *
     * @param keyAt where the key begins, behind the key group
     */
    void put(int keyGroup, byte[] bytes, int keyAt, int keyLength, int valueAt, int valueLength)
        throws IOException;
  }

  private final SavepointInput in;
  private final boolean compressed;
  private final KeyGroupRange wanted;
  private final int prefixBytes;

  /**
   * @param prefixBytes that a key group takes before a key
   */
  SavepointKeyGroups(SavepointInput in, boolean compressed, KeyGroupRange wanted, int prefixBytes) {
    this.in = in;
    this.compressed = compressed;
    this.wanted = wanted;
    this.prefixBytes = prefixBytes;
  }

  /** Shows all entries to the targets of their states, which are in the order of their numbers. */
  void read(KeyGroupsStateHandle savepoint, List<Target> targets) throws IOException {
    for (Tuple2<Integer, Long> keyGroup : savepoint.getGroupRangeOffsets()) {
      if (!wanted.contains(keyGroup.f0)) {
        throw new IOException(
            savepoint + " has key group " + keyGroup.f0 + "; this task has " + wanted);
      }
      if (keyGroup.f1 != 0) {
        in.seek(keyGroup.f1, compressed);
        readKeyGroup(keyGroup.f0, targets);
      }
    }
  }

  private void readKeyGroup(int keyGroup, List<Target> targets) throws IOException {
    int state;
    while ((state = in.readUnsignedShort()) != FullSnapshotUtil.END_OF_KEY_GROUP_MARK) {
      if (state >= targets.size()) {
        throw in.damaged("one of " + targets.size() + " states", "number " + state);
      }
      readState(keyGroup, targets.get(state));
    }
  }

  private void readState(int keyGroup, Target target) throws IOException {
    boolean last = false;
    while (!last) {
      in.need(Integer.BYTES);
      int keyLength = in.peekInt(0);
      if (keyLength < prefixBytes) {
        throw in.damaged("the length of a key", Integer.toString(keyLength));
      }
      in.need(2L * Integer.BYTES + keyLength);
      int valueLength = in.peekInt(Integer.BYTES + keyLength);
      if (valueLength < 0) {
        throw in.damaged("the length of a value", Integer.toString(valueLength));
      }
      in.need(2L * Integer.BYTES + keyLength + valueLength);
      byte[] bytes = in.array();
      int at = in.position() + Integer.BYTES;
      last = (bytes[at] & FullSnapshotUtil.FIRST_BIT_IN_BYTE_MASK) != 0;
      checkKeyGroup(keyGroup, bytes, at);
      int valueAt = at + keyLength + Integer.BYTES;
      target.put(keyGroup, bytes, at + prefixBytes, keyLength - prefixBytes, valueAt, valueLength);
      in.skipTo(valueAt + valueLength);
    }
  }

  private void checkKeyGroup(int keyGroup, byte[] bytes, int at) throws IOException {
    int found = bytes[at] & ~FullSnapshotUtil.FIRST_BIT_IN_BYTE_MASK & 0xff;
    for (int i = 1; i < prefixBytes; i++) {
      found = found << 8 | (bytes[at + i] & 0xff);
    }
    if (found != keyGroup) {
      throw in.damaged("a key of key group " + keyGroup, "one of " + found);
    }
  }
}
