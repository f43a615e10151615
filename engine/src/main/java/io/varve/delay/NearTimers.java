package io.varve.delay;

import io.varve.format.EntryBlock;
import io.varve.format.Progress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The timers that are due next: in a timing wheel, and of those some in {@link Batch batches} whose
 * events are being read ahead. Which have been cancelled is kept beside them until it is saved.
 *
 * <p>Thread: confined to one.
 */
final class NearTimers {

  private final int tickMs;
  private TimingWheel wheel;

  /** Timers that were taken ahead; few batches. */
  private final List<Batch> batches = new ArrayList<>();

  /** By their offsets, with their due times. */
  private EntryTable cancelled = new EntryTable();

  private final TimerSet repeating = new TimerSet();

  /** Those of the repeating ones that are in no run, though their offsets may be low. */
  private final TimerSet rearmed = new TimerSet();

  // A timer that has left the wheel and was not given: one before it in a batch has to be first,
  // and
  // may have to be waited for. Meanwhile others may come that are due before it.
  private boolean held;
  private long heldDueMs;
  private long heldOffset;

  private boolean awaiting;
  private @Nullable Batch batch;
  private int index;
  private long dueMs;
  private long offset;

  NearTimers(long nowMs, int tickMs) {
    this.tickMs = tickMs;
    this.wheel = new TimingWheel(nowMs, tickMs);
  }

  void add(long timerDueMs, long timerOffset) {
    if (held && EntryBlock.isBefore(timerDueMs, timerOffset, heldDueMs, heldOffset)) {
      wheel.add(heldDueMs, heldOffset);
      held = false;
    }
    wheel.add(timerDueMs, timerOffset);
  }

  /**
   * Adds a timer of an event that is released again later.
   *
   * @param released what has been
   * @param again whether it takes the place of one that has been released
   */
  void addRepeating(long timerDueMs, long timerOffset, Progress released, boolean again) {
    add(timerDueMs, timerOffset);
    repeating.add(timerDueMs, timerOffset, released);
    if (again) {
      rearmed.add(timerDueMs, timerOffset, released);
    }
  }

  /** Says that a timer is in no run. */
  void putInNoRun(long timerDueMs, long timerOffset, Progress released) {
    rearmed.add(timerDueMs, timerOffset, released);
  }

  /** Whether a timer's event is released again later. */
  boolean isRepeating(long timerDueMs, long timerOffset) {
    return repeating.contains(timerDueMs, timerOffset);
  }

  private int extra(long timerDueMs, long timerOffset) {
    return isRepeating(timerDueMs, timerOffset) ? Timer.REPEATING : 0;
  }

  void cancel(long timerDueMs, long timerOffset) {
    cancelled.add(timerOffset, timerOffset, timerDueMs, false);
  }

  private boolean isCancelled(long timerDueMs, long timerOffset) {
    return cancelled.count() > 0 && cancelled.contains(timerOffset, timerDueMs);
  }

  /** How many timers are in the wheel. */
  long inWheel() {
    return wheel.size();
  }

  /** Takes timers that are due by a time out of the wheel; null if there are none. */
  @Nullable Batch takeAhead(long untilMs, int max) {
    long[] dues = new long[max];
    long[] offsets = new long[max];
    int count = 0;
    while (count < max && hold(untilMs)) {
      held = false;
      dues[count] = heldDueMs;
      offsets[count] = heldOffset;
      count++;
    }
    if (count == 0) {
      return null;
    }
    Batch taken = new Batch(dues, offsets, count);
    batches.add(taken);
    return taken;
  }

  /** Holds the wheel's first timer, if it is due. */
  private boolean hold(long nowMs) {
    if (!held) {
      held = wheel.next(nowMs);
      heldDueMs = wheel.dueMs();
      heldOffset = wheel.offset();
    }
    return held && heldDueMs <= nowMs;
  }

  /**
   * Steps to the next timer that is due; false if there is none, or if it may not be given yet. It
   * may have been cancelled.
   */
  boolean next(long nowMs) {
    Batch from = firstBatch(nowMs);
    awaiting = false;
    boolean inWheel = hold(from == null ? nowMs : from.firstDueMs());
    if (from != null
        && !(inWheel
            && EntryBlock.isBefore(heldDueMs, heldOffset, from.firstDueMs(), from.firstOffset()))) {
      awaiting = !from.mayGiveNext();
      if (awaiting) {
        return false;
      }
      batch = from;
      index = from.first();
      dueMs = from.firstDueMs();
      offset = from.firstOffset();
      from.removeFirst();
      return true;
    }
    batch = null;
    dueMs = heldDueMs;
    offset = heldOffset;
    held &= !inWheel;
    return inWheel;
  }

  /** The batch whose first timer is the first of all batches, if it is due. */
  private @Nullable Batch firstBatch(long nowMs) {
    batches.removeIf(Batch::isEmpty);
    Batch first = null;
    for (Batch other : batches) {
      if (other.firstDueMs() <= nowMs
          && (first == null
              || EntryBlock.isBefore(
                  other.firstDueMs(),
                  other.firstOffset(),
                  first.firstDueMs(),
                  first.firstOffset()))) {
        first = other;
      }
    }
    return first;
  }

  /** Whether the timer to which {@link #next} would have stepped may not be given yet. */
  boolean isAwaiting() {
    return awaiting;
  }

  /** No timer that is in no batch is due before this time. */
  long nextInWheelMs() {
    return held ? heldDueMs : wheel.nextDueMs();
  }

  /** Whether the timer that {@link #next} stepped to has been cancelled. */
  boolean isCancelled() {
    return isCancelled(dueMs, offset);
  }

  /** The batch that it was in; null if it was in none. */
  @Nullable Batch batch() {
    return batch;
  }

  /** Its number in that batch. */
  int index() {
    return index;
  }

  long dueMs() {
    return dueMs;
  }

  long offset() {
    return offset;
  }

  /** No timer is due before this time; {@link Long#MAX_VALUE} if there are none. */
  long nextDueMs() {
    long next = nextInWheelMs();
    for (Batch taken : batches) {
      next = taken.isEmpty() ? next : Math.min(next, taken.firstDueMs());
    }
    return next;
  }

  /** Shows all timers, in no order, cancelled ones too. */
  private void forEvery(TimingWheel.TimerConsumer consumer) {
    wheel.forEach(consumer);
    if (held) {
      consumer.accept(heldDueMs, heldOffset);
    }
    batches.forEach(taken -> taken.forEach(consumer));
  }

  /**
   * Adds the timers that have not been cancelled and are in no run to others.
   *
   * @param fromOffset those with this offset or a higher one are in none
   */
  void copyNew(long fromOffset, EntryBuffer to) {
    forEvery(
        (timerDueMs, timerOffset) -> {
          if ((timerOffset >= fromOffset || rearmed.contains(timerDueMs, timerOffset))
              && !isCancelled(timerDueMs, timerOffset)) {
            to.add(timerDueMs, timerOffset, extra(timerDueMs, timerOffset), false);
          }
        });
    rearmed.clear();
  }

  /** Shows all timers that have not been cancelled, in no order. */
  void forEach(EntryTaker to) {
    forEvery(
        (timerDueMs, timerOffset) -> {
          if (!isCancelled(timerDueMs, timerOffset)) {
            to.take(timerDueMs, timerOffset, extra(timerDueMs, timerOffset), false);
          }
        });
  }

  /**
   * Keeps the first so many timers, and adds all others to {@code to}, with what has been cancelled
   * of them.
   *
   * @param startMs no timer is due before
   * @return the place from which on they have gone; null if there are no others
   */
  @Nullable Place keepFirst(long kept, long startMs, EntryBuffer to) {
    EntryBuffer all = new EntryBuffer();
    forEvery((timerDueMs, timerOffset) -> all.add(timerDueMs, timerOffset, 0, false));
    // They may be due later than what is kept, and must not be on both sides of the place.
    batches.forEach(Batch::clear);
    held = false;
    wheel = new TimingWheel(startMs, tickMs);
    EntryBuffer.Cursor sorted = all.sorted();
    boolean more = sorted.next();
    for (long i = 0; more && i < kept; i++) {
      wheel.add(sorted.key(), sorted.offset());
      more = sorted.next();
    }
    if (!more) {
      return null;
    }
    Place end = new Place(sorted.key(), sorted.offset());
    do {
      to.add(sorted.key(), sorted.offset(), extra(sorted.key(), sorted.offset()), false);
    } while (sorted.next());
    EntryTable stillNear = new EntryTable();
    for (int i = 0; i < cancelled.count(); i++) {
      if (end.isBehind(cancelled.extra(i), cancelled.key(i))) {
        stillNear.add(cancelled.key(i), cancelled.key(i), cancelled.extra(i), false);
      } else {
        to.add(cancelled.extra(i), cancelled.key(i), 0, true);
      }
    }
    cancelled = stillNear;
    return end;
  }

  /**
   * Adds what has been cancelled to {@code to}, and forgets of it what has been released by now.
   */
  void copyCancelled(Progress released, EntryBuffer to) {
    EntryTable stillNear = new EntryTable();
    for (int i = 0; i < cancelled.count(); i++) {
      if (released.isBehind(cancelled.extra(i), cancelled.key(i))) {
        to.add(cancelled.extra(i), cancelled.key(i), 0, true);
        stillNear.add(cancelled.key(i), cancelled.key(i), cancelled.extra(i), false);
      }
    }
    cancelled = stillNear;
  }

  long bytes() {
    long bytes = wheel.bytes() + cancelled.bytes() + repeating.bytes() + rearmed.bytes();
    for (Batch taken : batches) {
      bytes += taken.bytes();
    }
    return bytes;
  }
}
