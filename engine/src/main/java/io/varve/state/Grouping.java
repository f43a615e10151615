package io.varve.state;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where records of one key are read that lie apart, so that cleaning puts them together:
 * a map that is gone through takes a read a file then, instead of one a value.
 *
 * <p>Thread: the store's owner.
 */
final class Grouping {

  /** After so many reads of what lies apart it is looked whether to put it together. */
  private static final int READS_BETWEEN = 1 << 14;

  /** The part of a store's memory, as a shift, that putting records in order may take. */
  private static final int MEMORY_SHIFT = 6;

  private static final int ORDER_BYTES_MAX = 16 << 20;

  private final HybridLog log;
  private final StateFiles files;
  private long nextLook = READS_BETWEEN;

  /** What the order under way takes. */
  private int orderBytes;

  Grouping(HybridLog log, StateFiles files) {
    this.log = log;
    this.files = files;
  }

  /** Whether so much has been read since {@link #look} that there may be something to do. */
  boolean isDue() {
    return log.readsApart() >= nextLook;
  }

  void look() {
    nextLook = log.readsApart() + READS_BETWEEN;
  }

  /** The files to be put in order together; none if all is well. */
  List<StateFile> victims(long diskBytes) {
    long liveBytes = log.liveBytes();
    List<StateFile> all = files.all();
    List<CleaningPolicy.Reading> readings = new ArrayList<>();
    for (StateFile file : all) {
      readings.add(
          new CleaningPolicy.Reading(
              file.liveBytes(), file.bytesReadApart(), isFree(file, liveBytes)));
    }
    List<StateFile> victims = new ArrayList<>();
    for (int i : CleaningPolicy.toGroup(readings, liveBytes, diskBytes)) {
      victims.add(all.get(i));
    }
    // One that is in order already is only of use to others.
    return victims.size() == 1 && victims.get(0).isGrouped() ? List.of() : victims;
  }

  private boolean isFree(StateFile file, long liveBytes) {
    boolean inOrder = file.isGrouped() && CleaningPolicy.isLargeGroup(file.pageBytes(), liveBytes);
    return file.complete() && !inOrder && !file.isElsewhere() && !files.isHeld(file);
  }

  /** Whether what is alive in the files, which are to be cleaned anyway, should be put in order. */
  boolean isApart(List<StateFile> victims) {
    long liveBytes = 0;
    long apartBytes = 0;
    for (StateFile file : victims) {
      liveBytes += file.liveBytes();
      apartBytes += file.bytesReadApart();
    }
    return new CleaningPolicy.Reading(liveBytes, apartBytes, true).isApart();
  }

  /** What to put records in order with until {@link #end}; null if there is no memory for it. */
  @Nullable OwnerOrder begin() {
    int bytes = (int) Math.min(ORDER_BYTES_MAX, log.resident().memoryBytes() >> MEMORY_SHIFT);
    if (bytes < OwnerOrder.BYTES_MIN || !log.resident().reserve(bytes)) {
      return null;
    }
    orderBytes = bytes;
    return new OwnerOrder(bytes);
  }

  /** Gives the memory back; whoever puts records in order is done. */
  void end() {
    if (orderBytes > 0) {
      log.resident().release(orderBytes);
      orderBytes = 0;
    }
  }
}
