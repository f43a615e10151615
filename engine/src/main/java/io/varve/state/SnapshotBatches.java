package io.varve.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Divides the records of groups that were alive into batches, in the groups' order; no batch has
 * records of two groups, and a group in which nothing was alive is one batch without any. Whoever
 * goes through the same groups gets the same batches.
 *
 * <p>Thread: confined to its user.
 */
final class SnapshotBatches {

  private final List<SnapshotGroup> groups;
  private int nextGroup;

  /** What the footer tells of the group's records; null between two groups. */
  private StateFooter.@Nullable Records records;

  /** Whether {@link #records} is at one that belongs to the next batch. */
  private boolean waiting;

  SnapshotBatches(List<SnapshotGroup> groups) {
    this.groups = groups;
  }

  /** Plans the next batch, which {@link #read} reads; false if there is none. */
  boolean plan(SnapshotBatch batch) {
    StateFooter.Records from = records;
    if (from == null) {
      if (nextGroup == groups.size()) {
        return false;
      }
      SnapshotGroup begun = groups.get(nextGroup++);
      from = begun.part().footer().records(begun.number());
      records = from;
    }
    SnapshotPart part = groups.get(nextGroup - 1).part();
    batch.clear();
    while (waiting || from.next()) {
      waiting = false;
      if (part.alive(from.page, from.at)
          && !batch.add(part.position(from.page, from.at), from.bytes)) {
        waiting = true;
        return true;
      }
    }
    batch.end();
    records = null;
    return true;
  }

  /** Reads the batch that was planned last. */
  void read(SnapshotBatch batch) {
    SnapshotGroup group = groups.get(nextGroup - 1);
    SnapshotPart part = group.part();
    batch.read(part.file(), group.keyGroup(), part.footer().table(group.number()));
  }
}
