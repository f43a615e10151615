package io.varve.delay;

import org.jspecify.annotations.Nullable;

/**
 * The timers of the near future: each a due time and an offset, given when it is due, in the order
 * of due time, then offset.
 *
 * <p>Adding and giving a timer take the same time however many there are, and make no objects; a
 * timer takes 16 bytes and a little. Time may go on by any step, or back: nothing is given before
 * it is due, and who added a timer gets it once, however late. Two timers may be alike.
 *
 * <p>Timers come one by one, and a caller may stop and add others at any time:
 *
 * <pre>{@code
 * while (wheel.next(nowMs)) {
 *   deliver(wheel.offset());
 * }
 * }</pre>
 *
 * <p>Thread: confined to one at a time.
 */
public final class TimingWheel {

  /*
   * A hierarchical timing wheel (Varghese and Lauck, Hashed and Hierarchical Timing Wheels, SOSP
   * 1987). Due times are counted in ticks. A wheel has 256 slots; a slot of level 0 is a tick, one
   * of level n is 256^n of them, and eight levels hold any tick there is.
   *
   * "opened" is the last tick whose timers have left the wheel. A timer's level is that of the
   * highest of the eight bytes in which its tick differs from it, and its slot is that byte. So:
   *
   *   - at each level only slots above opened's own byte are occupied;
   *   - all timers of a level are due before those of the levels above;
   *   - the first occupied slot of the lowest occupied level holds the timers that are due next,
   *     and bitmaps tell which one that is, however much empty time lies before it;
   *   - opened may go on to any tick before that slot's first, and nothing has to move.
   *
   * Opening a slot makes its first tick "opened" and deals its timers out to lower levels; those
   * of that tick itself are put in order and become the run, which is given from its front. Slots
   * are chains that are added to at their end and dealt out from their front, so that timers added
   * with rising offsets stay in that order. A slot is dealt out at once, which takes some ten
   * nanoseconds a timer, and holds up the one that is given next for as long.
   *
   * A timer that is added for a tick which has been opened - since it is due, or the clock was
   * further once, or the tick is not over - goes to a heap, and whichever of the run's and the
   * heap's first is less is given first. All in the wheel is due after both. So order and exactness
   * don't depend on the length of a tick: it only says how many timers are put in order at once.
   * After a clock that was far ahead, timers go to the heap until that time comes or nothing waits;
   * a heap takes some hundred nanoseconds a timer, which is why nothing is moved back.
   */

  private static final int LEVELS = 8;
  private static final int SLOTS = 256;
  private static final int WORDS = SLOTS / Long.SIZE;
  private static final int TABLE_BYTES =
      LEVELS * SLOTS * 2 * Integer.BYTES + LEVELS * WORDS * Long.BYTES;

  /** Takes timers that wait. */
  @FunctionalInterface
  public interface TimerConsumer {

    void accept(long dueMs, long offset);
  }

  private final int tickShift;
  private final ChunkPool pool = new ChunkPool();
  private final DueHeap passed = new DueHeap();
  private final SlotOrder order;

  /** Chains by level and slot. */
  private final @Nullable Chunk[] first = new Chunk[LEVELS * SLOTS];

  private final @Nullable Chunk[] last = new Chunk[LEVELS * SLOTS];

  /** A bit for each slot that holds timers. */
  private final long[] occupied = new long[LEVELS * WORDS];

  /** A bit for each level that does. */
  private int occupiedLevels;

  private long opened;
  private @Nullable Chunk run;
  private @Nullable Chunk runLast;
  private int runAt;

  private long size;
  private long dueMs;
  private long offset;

  /**
   * A wheel without timers.
   *
   * @param startMs the time by the clock, not negative; timers that are due by then already cost a
   *     little more
   * @param tickMs how many milliseconds are put in order at once, 1 to 1000; taken is the greatest
   *     power of two that is not more. Few, if timers are many; it has no influence on what is
   *     given when
   */
  public TimingWheel(long startMs, int tickMs) {
    if (startMs < 0) {
      throw new IllegalArgumentException("startMs is " + startMs + ", but must not be negative");
    }
    if (tickMs < 1 || tickMs > 1000) {
      throw new IllegalArgumentException("tickMs is " + tickMs + ", but must be 1 to 1000");
    }
    this.tickShift = 31 - Integer.numberOfLeadingZeros(tickMs);
    this.order = new SlotOrder(1 << tickShift);
    this.opened = startMs >> tickShift;
  }

  /** Adds a timer; any due time will do, also one that is over. */
  public void add(long dueMs, long offset) {
    size++;
    place(dueMs, offset);
  }

  /**
   * Takes the first timer out, if it is due.
   *
   * @return whether there was one; {@link #dueMs()} and {@link #offset()} tell which
   */
  public boolean next(long nowMs) {
    do {
      Chunk chunk = run;
      if (chunk != null) {
        long runDueMs = chunk.timers[runAt];
        long runOffset = chunk.timers[runAt + 1];
        if (passed.isEmpty()
            || !DueHeap.isBefore(passed.dueMs(), passed.offset(), runDueMs, runOffset)) {
          return runDueMs <= nowMs && takeFromRun(chunk, runDueMs, runOffset);
        }
      }
      if (!passed.isEmpty()) {
        return passed.dueMs() <= nowMs && takeFromPassed();
      }
    } while (open(nowMs));
    return false;
  }

  /** When the timer was due that {@link #next} took out last. */
  public long dueMs() {
    return dueMs;
  }

  /** The offset of the timer that {@link #next} took out last. */
  public long offset() {
    return offset;
  }

  /** How many timers wait. */
  public long size() {
    return size;
  }

  /** What the wheel takes of the heap, nearly. */
  public long bytes() {
    return pool.bytes() + passed.bytes() + order.bytes() + TABLE_BYTES;
  }

  /**
   * Until when {@link #next} has nothing to give, unless something is added: no timer is due
   * before. At that time there may still be none, and a later time is told then. {@link
   * Long#MAX_VALUE} if no timer waits.
   */
  public long nextDueMs() {
    Chunk chunk = run;
    if (chunk != null) {
      long runDueMs = chunk.timers[runAt];
      return passed.isEmpty() ? runDueMs : Math.min(runDueMs, passed.dueMs());
    }
    if (!passed.isEmpty()) {
      return passed.dueMs();
    }
    if (occupiedLevels == 0) {
      return Long.MAX_VALUE;
    }
    int level = Integer.numberOfTrailingZeros(occupiedLevels);
    return startTick(level, firstSlot(level)) << tickShift;
  }

  /** Shows all timers that wait, in no order. The wheel must not be used meanwhile. */
  public void forEach(TimerConsumer consumer) {
    passed.forEach(consumer);
    forEach(run, runAt, consumer);
    for (Chunk chain : first) {
      forEach(chain, 0, consumer);
    }
  }

  private static void forEach(@Nullable Chunk chain, int from, TimerConsumer consumer) {
    int at = from;
    for (Chunk chunk = chain; chunk != null; chunk = chunk.next) {
      for (; at < chunk.end; at += 2) {
        consumer.accept(chunk.timers[at], chunk.timers[at + 1]);
      }
      at = 0;
    }
  }

  private boolean takeFromRun(Chunk chunk, long runDueMs, long runOffset) {
    dueMs = runDueMs;
    offset = runOffset;
    size--;
    runAt += 2;
    if (runAt == chunk.end) {
      run = chunk.next;
      runAt = 0;
      pool.giveBack(chunk);
    }
    return true;
  }

  private boolean takeFromPassed() {
    dueMs = passed.dueMs();
    offset = passed.offset();
    size--;
    passed.removeFirst();
    return true;
  }

  private void place(long dueMs, long offset) {
    long tick = dueMs >> tickShift;
    if (tick <= opened) {
      passed.add(dueMs, offset);
      return;
    }
    int level = (63 - Long.numberOfLeadingZeros(tick ^ opened)) >>> 3;
    int slot = level * SLOTS + ((int) (tick >>> (level * 8)) & (SLOTS - 1));
    Chunk chunk = last[slot];
    if (chunk == null || chunk.isFull()) {
      chunk = lengthen(slot, chunk);
    }
    chunk.add(dueMs, offset);
  }

  private Chunk lengthen(int slot, @Nullable Chunk end) {
    Chunk chunk = pool.take();
    if (end == null) {
      first[slot] = chunk;
      occupied[slot >>> 6] |= 1L << slot;
      occupiedLevels |= 1 << (slot / SLOTS);
    } else {
      end.next = chunk;
    }
    last[slot] = chunk;
    return chunk;
  }

  /**
   * Opens the first occupied slot, if its time has come; the run and the heap must be empty.
   *
   * @return whether there was one, so that there may be something in the run now
   */
  private boolean open(long nowMs) {
    long nowTick = nowMs >> tickShift;
    if (occupiedLevels != 0) {
      int level = Integer.numberOfTrailingZeros(occupiedLevels);
      int slot = firstSlot(level);
      long start = startTick(level, slot);
      if (start <= nowTick) {
        Chunk chain = detach(level, slot);
        opened = start;
        if (level == 0) {
          run = chain;
        } else {
          deal(chain);
        }
        if (run != null) {
          order.sort(run, start << tickShift);
        }
        return true;
      }
    }
    if (nowTick > opened || occupiedLevels == 0) {
      // Not to now's own tick, which gets timers that are due in a moment. Where nothing waits it
      // may
      // go back as well, and does after a clock that has.
      opened = Math.max(1, nowTick) - 1;
    }
    return false;
  }

  /** Puts a slot's timers where they belong since its first tick has been opened. */
  private void deal(@Nullable Chunk chain) {
    Chunk chunk = chain;
    while (chunk != null) {
      long[] timers = chunk.timers;
      for (int i = 0, end = chunk.end; i < end; i += 2) {
        if (timers[i] >> tickShift == opened) {
          addToRun(timers[i], timers[i + 1]);
        } else {
          place(timers[i], timers[i + 1]);
        }
      }
      Chunk next = chunk.next;
      pool.giveBack(chunk);
      chunk = next;
    }
    runLast = null;
  }

  private void addToRun(long dueMs, long offset) {
    Chunk chunk = runLast;
    if (chunk == null || chunk.isFull()) {
      Chunk end = chunk;
      chunk = pool.take();
      if (end == null) {
        run = chunk;
      } else {
        end.next = chunk;
      }
      runLast = chunk;
    }
    chunk.add(dueMs, offset);
  }

  private @Nullable Chunk detach(int level, int slotOfLevel) {
    int slot = level * SLOTS + slotOfLevel;
    Chunk chain = first[slot];
    first[slot] = null;
    last[slot] = null;
    occupied[slot >>> 6] &= ~(1L << slot);
    if (firstSlot(level) == SLOTS) {
      occupiedLevels &= ~(1 << level);
    }
    return chain;
  }

  /** The first slot of a level that holds timers; {@link #SLOTS} if none does. */
  private int firstSlot(int level) {
    for (int word = 0; word < WORDS; word++) {
      long bits = occupied[level * WORDS + word];
      if (bits != 0) {
        return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
      }
    }
    return SLOTS;
  }

  /** The first tick of a slot: opened's bytes above, the slot, and zeros. */
  private long startTick(int level, int slotOfLevel) {
    int shift = level * 8;
    return (((opened >>> shift) & ~(SLOTS - 1L)) | slotOfLevel) << shift;
  }
}
