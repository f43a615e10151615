package io.varve.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that cleaning has written, and where each record in it was before: made in the background,
 * then handed to the owner. Thread: one at a time.
 *
 * @param pages in the order in which they are in the file
 */
record CleanedFile(StateFile file, List<CleanedPage> pages) {

  CleanedFile(StateFile file) {
    this(file, new ArrayList<>());
  }

  /** A page of the file. */
  static final class CleanedPage {
    PageKind kind = PageKind.CONTENT;
    long position;
    int used;
    int records;

    /** Whose they are, if that is known. */
    @Nullable RecordPrints prints;

    /** By record: the page that it was in. */
    Page[] from = new Page[64];

    /** Where it began there. */
    int[] fromAt = new int[64];

    /** Bytes that it took there: more than it does here if some of it had expired. */
    int[] fromBytes = new int[64];

    /** Its hash, table, and where it begins now. */
    int[] hashes = new int[64];

    int[] tables = new int[64];
    int[] at = new int[64];

    void add(Page from, int fromAt, int fromBytes, int hash, int table, int at) {
      if (records == hashes.length) {
        int larger = records * 2;
        this.from = Arrays.copyOf(this.from, larger);
        this.fromAt = Arrays.copyOf(this.fromAt, larger);
        this.fromBytes = Arrays.copyOf(this.fromBytes, larger);
        this.hashes = Arrays.copyOf(this.hashes, larger);
        this.tables = Arrays.copyOf(this.tables, larger);
        this.at = Arrays.copyOf(this.at, larger);
      }
      this.from[records] = from;
      this.fromAt[records] = fromAt;
      this.fromBytes[records] = fromBytes;
      this.hashes[records] = hash;
      this.tables[records] = table;
      this.at[records++] = at;
    }

    /** Bytes of a record. */
    int bytes(int record) {
      return (record + 1 == records ? used : at[record + 1]) - at[record];
    }
  }
}
