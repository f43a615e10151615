package io.varve.delay;

import io.varve.format.EntryBlock;
import java.io.IOException;
import java.util.List;

/**
 * Several cursors as one. Of entries with the same key and offset the one from the newest cursor
 * counts.
 *
 * <p>Thread: confined to one.
 */
final class MergeCursor implements EntryCursor {

  /** A heap by the cursors' entries; the newer one first where they are the same. */
  private final EntryCursor[] heap;

  /** For each cursor of the heap its age, 0 for the oldest. */
  private final int[] ages;

  private final boolean withGone;
  private int size;
  private long key;
  private long offset;
  private long extra;
  private boolean gone;

  /**
   * @param cursors the oldest first
   * @param withGone whether entries that say that others are gone are shown; else they are left out
   *     with those
   */
  MergeCursor(List<? extends EntryCursor> cursors, boolean withGone) throws IOException {
    this.heap = new EntryCursor[cursors.size()];
    this.ages = new int[cursors.size()];
    this.withGone = withGone;
    for (int age = 0; age < cursors.size(); age++) {
      EntryCursor cursor = cursors.get(age);
      if (cursor.next()) {
        heap[size] = cursor;
        ages[size] = age;
        size++;
      }
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  @Override
  public boolean next() throws IOException {
    while (size > 0) {
      EntryCursor first = heap[0];
      key = first.key();
      offset = first.offset();
      extra = first.extra();
      gone = first.isGone();
      do {
        step();
      } while (size > 0 && heap[0].offset() == offset && heap[0].key() == key);
      if (withGone || !gone) {
        return true;
      }
    }
    return false;
  }

  private void step() throws IOException {
    if (!heap[0].next()) {
      size--;
      heap[0] = heap[size];
      ages[0] = ages[size];
    }
    sink(0);
  }

  private void sink(int from) {
    int at = from;
    EntryCursor moved = heap[at];
    int age = ages[at];
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size
          && isBefore(heap[child + 1], ages[child + 1], heap[child], ages[child])) {
        child++;
      }
      if (!isBefore(heap[child], ages[child], moved, age)) {
        break;
      }
      heap[at] = heap[child];
      ages[at] = ages[child];
      at = child;
    }
    heap[at] = moved;
    ages[at] = age;
  }

  private static boolean isBefore(EntryCursor one, int age, EntryCursor other, int otherAge) {
    if (one.key() == other.key() && one.offset() == other.offset()) {
      return age > otherAge;
    }
    return EntryBlock.isBefore(one.key(), one.offset(), other.key(), other.offset());
  }

  @Override
  public long key() {
    return key;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public long extra() {
    return extra;
  }

  @Override
  public boolean isGone() {
    return gone;
  }
}
