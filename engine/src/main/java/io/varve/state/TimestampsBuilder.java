package io.varve.state;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the timestamps of a file's records while it is written. Of a table some of whose records
 * were written while it wasn't known to expire, the newest timestamp is told to be later than any.
 *
 * <p>Thread: confined to its user.
 */
final class TimestampsBuilder {

  private final IntFunction<Expiries.@Nullable OfTable> expiries;
  private final boolean looksIntoLists;
  private final ExpiringList list = new ExpiringList();
  private @Nullable OfTable[] tables = new OfTable[0];
  private final LeafEntries leaf = new LeafEntries();

  /**
   * @param expiries by table
   * @param looksIntoLists whether all records are known to be such as these expiries are for
   */
  TimestampsBuilder(IntFunction<Expiries.@Nullable OfTable> expiries, boolean looksIntoLists) {
    this.expiries = expiries;
    this.looksIntoLists = looksIntoLists;
  }

  /** Takes note of a record of the file. */
  void record(ByteBuffer bytes, int at, int recordBytes) {
    int table = RecordLayout.table(bytes, at);
    if (table >= tables.length) {
      tables = Arrays.copyOf(tables, table + 1);
    }
    OfTable of = tables[table];
    if (of == null) {
      of = new OfTable();
      tables[table] = of;
    }
    Expiries.OfTable expires = expiries.apply(table);
    if (expires == null || !of.isOf(expires.expiry)) {
      of.newest = Expiry.NO_TIMESTAMP;
      return;
    }
    int valueAt = RecordLayout.valueAt(bytes, at);
    int length = RecordLayout.valueLength(bytes, at);
    if (expires.kind == Expiries.TableKind.VALUES) {
      of.add(expires.expiry.timestamp(bytes, valueAt, length), recordBytes);
    } else if (expires.kind == Expiries.TableKind.LISTS) {
      addList(of, expires.expiry, bytes, valueAt, length, recordBytes);
    } else if (valueAt + TreeEntry.HEADER_BYTES > bytes.limit()) {
      // A key that is larger than a page.
      of.newest = Expiry.NO_TIMESTAMP;
    } else if (bytes.get(valueAt) == RecordKind.ENTRY) {
      of.add(TreeEntry.timestamp(bytes, valueAt, length, expires.expiry), recordBytes);
    } else if (recordBytes <= Page.BYTES && leaf.point(bytes, valueAt, length)) {
      addLeaf(of, expires.expiry, recordBytes);
    }
  }

  /**
   * All elements are taken to be as old as the first if the others can't be found. That makes
   * cleaning come too early, but once only: it writes files that tell of all elements.
   */
  private void addList(
      OfTable of, Expiry expiry, ByteBuffer bytes, int valueAt, int length, int recordBytes) {
    of.newest = Expiry.NO_TIMESTAMP;
    if (recordBytes > Page.BYTES) {
      return;
    }
    if (!looksIntoLists) {
      int header = ExpiringList.headerBytes(bytes, valueAt, length);
      if (header >= 0 && length > header) {
        of.add(expiry.timestamp(bytes, valueAt + header, length - header), recordBytes);
      }
      return;
    }
    if (!list.read(bytes, valueAt, length, of.elements(expiry))) {
      return;
    }
    int last = list.count() - 1;
    int rest = list.isWholeList() ? recordBytes : length;
    for (int i = 0; i <= last; i++) {
      int size = i < last ? list.elementBytes(i) : rest;
      of.add(list.timestamp(i, expiry), size);
      rest -= size;
    }
  }

  /** Counts what {@link ExpiryFilter} would make room of. */
  private void addLeaf(OfTable of, Expiry expiry, int recordBytes) {
    int count = leaf.count();
    int newest = 0;
    boolean inside = true;
    for (int i = 0; i < count; i++) {
      inside &= !leaf.isOutOfLine(i);
      newest = leaf.timestamp(i, expiry) > leaf.timestamp(newest, expiry) ? i : newest;
    }
    int rest = recordBytes;
    for (int i = 0; i < count; i++) {
      if (i != newest) {
        of.add(leaf.timestamp(i, expiry), leaf.bytes(i));
        rest -= leaf.bytes(i);
      }
    }
    if (inside) {
      // All the rest goes with the last.
      of.add(leaf.timestamp(newest, expiry), rest);
    }
  }

  /** What was gathered, of the tables that have any timestamps. */
  List<Timestamps> build() {
    List<Timestamps> all = new ArrayList<>();
    for (int i = 0; i < tables.length; i++) {
      OfTable of = tables[i];
      if (of != null && of.sampled > 0) {
        all.add(of.build(i));
      }
    }
    return all;
  }

  /** The timestamps of one table. */
  private static final class OfTable {
    private static final long[] NONE = {};

    private int timestampAt = -1;
    private long newest = Long.MIN_VALUE;
    private long bytes;

    /** One of {@link #each} timestamps. */
    private long[] sample = NONE;

    private int sampled;
    private long count;
    private int each = 1;
    private @Nullable ListElements elements;

    @Nullable ListElements elements(Expiry expiry) {
      Supplier<ListElements> make = expiry.elements();
      if (elements == null && make != null) {
        elements = make.get();
      }
      return elements;
    }

    /** Whether it takes timestamps from that place of the values. */
    boolean isOf(Expiry expiry) {
      if (timestampAt < 0) {
        timestampAt = expiry.timestampAt();
        sample = new long[2 * Timestamps.SAMPLE_MAX];
      }
      return timestampAt == expiry.timestampAt();
    }

    void add(long timestamp, int recordBytes) {
      newest = Math.max(newest, timestamp);
      if (timestamp == Expiry.NO_TIMESTAMP) {
        return;
      }
      bytes += recordBytes;
      if (count++ % each == 0) {
        if (sampled == sample.length) {
          thin();
        }
        sample[sampled++] = timestamp;
      }
    }

    /** Leaves every other one, as if one of twice as many had been taken from the beginning. */
    private void thin() {
      for (int i = 0; i < sampled / 2; i++) {
        sample[i] = sample[2 * i];
      }
      sampled /= 2;
      each *= 2;
    }

    Timestamps build(int table) {
      if (sampled > Timestamps.SAMPLE_MAX) {
        thin();
      }
      long[] sorted = Arrays.copyOf(sample, sampled);
      Arrays.sort(sorted);
      return new Timestamps(table, timestampAt, newest, bytes, sorted);
    }
  }
}
