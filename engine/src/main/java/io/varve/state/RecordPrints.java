package io.varve.state;

import io.varve.event.KeyHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose records lie in a page that has been written, as 64 bits a record that depend on a secret:
 * so that one can be replaced or removed without being read. They are asked only of a record that
 * has the 30 bits of the key's other hash already; that both are equal by chance, for any two of
 * four billion keys, has a probability below one in a billion.
 *
 * <p>They are made of records as they are written, not of what is read; a page that comes from a
 * snapshot has none until it is cleaned.
 *
 * <p>Thread: immutable.
 */
final class RecordPrints {

  /** Kept for records of at least so many bytes, in the mean of a page: up to 2 % of the bytes. */
  static final int RECORD_BYTES_MIN = 512;

  /** Longer keys are compared. */
  static final int KEY_BYTES_MAX = 256;

  /** What stands for a record that must be read. */
  static final long NONE = 0;

  private static final int UNIT_BITS = 3;
  private static final int OBJECT_BYTES = 64;

  /** By record: where it begins, in units of 8 bytes. */
  private final short[] begins;

  private final long[] prints;

  private RecordPrints(short[] begins, long[] prints) {
    this.begins = begins;
    this.prints = prints;
  }

  /** Bytes that it takes on the heap. */
  int bytes() {
    return OBJECT_BYTES + (Short.BYTES + Long.BYTES) * begins.length;
  }

  /**
   * What a {@link Maker} made of the record that begins at {@code at}, or {@link #NONE}.
   *
   * @param used bytes of the page
   */
  long at(int at, int used) {
    int record = record(at, used);
    return record < 0 ? NONE : prints[record];
  }

  /** Bytes of the record that begins at {@code at}. */
  int bytesAt(int at, int used) {
    int record = record(at, used);
    return (record + 1 == begins.length ? used : begins[record + 1] << UNIT_BITS) - at;
  }

  private int record(int at, int used) {
    short begin = (short) (at >>> UNIT_BITS);
    // Right at once where all are of one size.
    int record = (int) ((long) at * begins.length / used);
    while (record > 0 && begins[record] > begin) {
      record--;
    }
    while (record < begins.length - 1 && begins[record] < begin) {
      record++;
    }
    return begins[record] == begin ? record : -1;
  }

  /** Makes them. Thread: confined to its user. */
  static final class Maker {

    private static final int TRIED_RECORDS = 8;

    private final KeyHash hash;
    private final byte[] key = new byte[KEY_BYTES_MAX];

    // Of the page under way.
    private short[] begins = new short[64];
    private long[] prints = new long[64];
    private int records;
    private int known;
    private boolean over;

    /**
     * @param secret what nobody knows who chooses keys
     */
    Maker(String secret) {
      hash = new KeyHash(UUID.nameUUIDFromBytes(secret.getBytes(StandardCharsets.UTF_8)));
    }

    /** What stands for the key's record of that suffix; {@link #NONE} if it must be read. */
    long print(int keyGroup, ByteSpan of, int suffix) {
      if (of.length() > KEY_BYTES_MAX) {
        return NONE;
      }
      System.arraycopy(of.array(), of.offset(), key, 0, of.length());
      return print(keyGroup, of.length(), suffix);
    }

    private long print(int keyGroup, int length, int suffix) {
      hash.of((long) keyGroup << Integer.SIZE | (suffix & 0xffff_ffffL), key, length);
      return hash.low() == NONE ? 1 : hash.low();
    }

    /** Begins a page. */
    void begin() {
      records = 0;
      known = 0;
      over = false;
    }

    /** Takes the page's next record. */
    void add(ByteBuffer page, int at) {
      if (over) {
        return;
      }
      if (records >= TRIED_RECORDS && (known == 0 || at < records * RECORD_BYTES_MIN)) {
        over = true;
        return;
      }
      if (records == begins.length) {
        begins = Arrays.copyOf(begins, records * 2);
        prints = Arrays.copyOf(prints, records * 2);
      }
      int length = RecordLayout.keyLength(page, at);
      long print = NONE;
      // Nobody replaces others unless another record tells of them.
      if (RecordLayout.suffix(page, at) == 0 && length <= KEY_BYTES_MAX) {
        page.get(RecordLayout.keyAt(at), key, 0, length);
        print = print(RecordLayout.keyGroup(page, at), length, 0);
        known++;
      }
      begins[records] = (short) (at >>> UNIT_BITS);
      prints[records++] = print;
    }

    /**
     * Those of the records since {@link #begin}; null if there are none worth their memory.
     *
     * @param used bytes of the page
     */
    @Nullable RecordPrints make(int used) {
      if (over || known == 0 || used < records * RECORD_BYTES_MIN) {
        return null;
      }
      return new RecordPrints(Arrays.copyOf(begins, records), Arrays.copyOf(prints, records));
    }
  }
}
