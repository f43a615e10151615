package io.varve.delay;

/**
 * Timers that are due soon, in their order, taken out of the wheel so that their events can be read
 * ahead. They are given when they are due and that has been done.
 *
 * <p>Thread: the due times and offsets stay as they are and may be read by any; all else that does
 * not say more is confined to the timers' thread.
 */
public final class Batch {

  private final long[] dues;
  private final long[] offsets;
  private final int count;
  private int first;

  /** So many of the first ones may be given. */
  private volatile int given;

  Batch(long[] dues, long[] offsets, int count) {
    this.dues = dues;
    this.offsets = offsets;
    this.count = count;
  }

  /** How many timers it was made with. */
  public int count() {
    return count;
  }

  /** When a timer is due. */
  public long dueMs(int i) {
    return dues[i];
  }

  /** The offset of a timer's event. */
  public long offset(int i) {
    return offsets[i];
  }

  /** Lets the first so many timers be given when they are due; none may be before. Thread: any. */
  public void letGive(int many) {
    given = many;
  }

  /** How many timers may be given. Thread: any. */
  public int given() {
    return given;
  }

  /** Whether the first timer that has not been given may be. */
  public boolean mayGiveNext() {
    return first < given;
  }

  /** The number of the first timer that has not been given; {@link #count} if all have. */
  int first() {
    return first;
  }

  /** Whether all have been given. */
  public boolean isEmpty() {
    return first == count;
  }

  long firstDueMs() {
    return dues[first];
  }

  long firstOffset() {
    return offsets[first];
  }

  void removeFirst() {
    first++;
  }

  /** Forgets the timers that have not been given. */
  void clear() {
    first = count;
  }

  /** Bytes of memory that it takes. */
  long bytes() {
    return 2L * Long.BYTES * dues.length;
  }

  void forEach(TimingWheel.TimerConsumer consumer) {
    for (int i = first; i < count; i++) {
      consumer.accept(dues[i], offsets[i]);
    }
  }
}
