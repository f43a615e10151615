package io.varve.state;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the hybrid log: records one behind another. It begins mutable in memory, is sealed,
 * written to a file, and may be let go from memory then.
 *
 * <p>Thread: the store's owner, but for {@link #written} and what is set before it, by which the
 * thread that wrote the page hands it back.
 */
final class Page {

  static final int BITS = 17;

  /** Bytes of a page; one that holds a single record which is larger has as many as that. */
  static final int BYTES = 1 << BITS;

  /** Its number in the log's address space. */
  final int number;

  /** Tells it from pages that had its number before. */
  long birth;

  /** Not known of a page that comes from a snapshot, and so taken to be content. */
  PageKind kind = PageKind.CONTENT;

  /** Its bytes, or null while they are in the file only. */
  @Nullable ByteBuffer frame;

  /** Bytes in use. */
  int used;

  /** The {@link ResidentPages#era} in which it is mutable; 0: it is sealed. */
  long mutableEra;

  /** The operation that last looked into it. */
  long lastOperation;

  /** The file it was written to; null before. */
  @Nullable StateFile file;

  /** Where in the file it begins. */
  long filePosition;

  /**
   * Of a page that comes from a snapshot what its records' {@link RecordLayout#digest}s add up to,
   * as the file's footer tells; 0: not known.
   */
  long digest;

  /** Whose its records are; null: not known. Only pages that are {@link #counted} are asked. */
  @Nullable RecordPrints prints;

  /** Which of the file's pages it is. */
  int indexInFile;

  /** Whether the file has its bytes; or, without a file, that nothing in it is needed. */
  volatile boolean written;

  /** Whether the owner knows that the file has its bytes, and counts it there. */
  boolean counted;

  /** Whether records are still to move into it, so that it must not go though all is dead. */
  boolean adopting;

  /**
   * A bit for each {@link RecordLayout#BYTES_MIN} bytes: a dead record begins there. Null: none.
   */
  long @Nullable [] dead;

  /** The epoch in which {@link #dead} was made; images of earlier ones hold other arrays. */
  private long deadEpoch;

  private int deadBytes;

  Page(int number) {
    this.number = number;
  }

  /**
   * Notes that the record at {@code at} is dead.
   *
   * @param epoch the log's; an array that an image may hold is copied first
   */
  void kill(int at, int bytes, long epoch) {
    long[] bits = writableBits(epoch);
    setDead(bits, at);
    deadBytes += bytes;
  }

  /** Notes that all records, which begin where the page tells, are dead. */
  void killAll(CleanedFile.CleanedPage from, long epoch) {
    long[] bits = writableBits(epoch);
    for (int i = 0; i < from.records; i++) {
      setDead(bits, from.at[i]);
    }
    deadBytes = used;
  }

  /** Notes that a record is alive where a dead one was, or one that was expected to be dead. */
  void revive(int at, int bytes, long epoch) {
    long[] bits = writableBits(epoch);
    int bit = at / RecordLayout.BYTES_MIN;
    bits[bit >>> 6] &= ~(1L << bit);
    deadBytes -= bytes;
  }

  private long[] writableBits(long epoch) {
    long[] bits = dead;
    if (bits == null) {
      bits = new long[wordsFor(used)];
    } else if (deadEpoch < epoch || bits.length < wordsFor(used)) {
      bits = java.util.Arrays.copyOf(bits, wordsFor(used));
    } else {
      return bits;
    }
    dead = bits;
    deadEpoch = epoch;
    return bits;
  }

  /** The file that has its bytes, once it is {@link #written}. */
  StateFile fileWritten() {
    StateFile file = this.file;
    if (!written || file == null) {
      throw new IllegalStateException("a page that is in no file");
    }
    return file;
  }

  static boolean isDead(long @Nullable [] bits, int at) {
    int bit = at / RecordLayout.BYTES_MIN;
    return bits != null && bit >>> 6 < bits.length && (bits[bit >>> 6] >>> bit & 1) != 0;
  }

  /** Sets the bit of the record that begins at {@code at}. */
  static void setDead(long[] bits, int at) {
    int bit = at / RecordLayout.BYTES_MIN;
    bits[bit >>> 6] |= 1L << bit;
  }

  /** Words that the dead bits of a page of so many bytes take. */
  static int wordsFor(int bytes) {
    // A page of one large record needs a bit for its begin only.
    int units = (Math.min(bytes, BYTES) + RecordLayout.BYTES_MIN - 1) / RecordLayout.BYTES_MIN;
    return Math.max(1, (units + 63) >>> 6);
  }

  int liveBytes() {
    return used - deadBytes;
  }
}
