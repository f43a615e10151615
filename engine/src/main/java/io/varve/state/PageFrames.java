package io.varve.state;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one store has of the memory: frames of pages, what tells records apart, and whatever else is
 * counted as its own. It only counts; {@link ResidentPages} says what goes when there is no room.
 *
 * <p>Thread: the store's owner.
 */
final class PageFrames {

  private final StateMemory memory;
  private long bytes;

  /** And of these, of what tells records apart. */
  private long printBytes;

  PageFrames(StateMemory memory) {
    this.memory = memory;
  }

  /** Bytes of memory in use. */
  long bytes() {
    return bytes;
  }

  /** What the store may use now. */
  long limit() {
    return memory.limitBytes();
  }

  /** What all stores that share it may use. */
  long leaseBytes() {
    return memory.bytesMax();
  }

  /** Whether so many bytes more are within what the store may use. */
  boolean fits(long more) {
    return bytes + more <= memory.limitBytes();
  }

  /** Whether they are, and leave an eighth of it free. */
  boolean fitsWell(long more) {
    long limit = memory.limitBytes();
    return bytes + more <= limit - limit / 8;
  }

  /** A buffer of that capacity; null if other stores have the memory. */
  @Nullable ByteBuffer take(int capacity) {
    ByteBuffer frame = memory.tryAllocate(capacity);
    bytes += frame == null ? 0 : capacity;
    return frame;
  }

  /** Gives back what {@link #take} gave. */
  void free(ByteBuffer frame) {
    bytes -= frame.capacity();
    memory.free(frame);
  }

  /** Counts bytes that are kept on the heap; false if other stores have the memory. */
  boolean reserve(long more) {
    boolean reserved = memory.tryReserve(more);
    bytes += reserved ? more : 0;
    return reserved;
  }

  /** Gives back what {@link #reserve} counted. */
  void release(long less) {
    bytes -= less;
    memory.release(less);
  }

  /** Takes the page's frame away from it, if it has one. */
  void drop(Page page) {
    ByteBuffer frame = page.frame;
    if (frame != null) {
      page.frame = null;
      free(frame);
    }
  }

  /** Whether prints may have so many bytes more: they have an eighth of the memory at most. */
  boolean mayPrint(int more) {
    return printBytes + more <= memory.limitBytes() / 8;
  }

  /** Counts a page's prints; false if there is no room. */
  boolean keepPrints(RecordPrints prints) {
    int more = prints.bytes();
    if (!fits(more) || !reserve(more)) {
      return false;
    }
    printBytes += more;
    return true;
  }

  /** Takes the page's prints away from it, if they were counted. */
  void dropPrints(Page page) {
    RecordPrints prints = page.prints;
    if (prints != null && page.counted) {
      page.prints = null;
      printBytes -= prints.bytes();
      release(prints.bytes());
    }
  }

  boolean hasPrints() {
    return printBytes > 0;
  }
}
