package io.varve.state;

import java.util.Arrays;

/**
 * Records that had expired when cleaning came by them, which it has copied nowhere: found in the
 * background, then handed to the owner, who lets those go that are still there.
 *
 * <p>Thread: one at a time.
 */
final class ExpiredRecords {

  /** So many are handed over at a time. */
  static final int RECORDS_MAX = 1 << 16;

  private Page[] pages = new Page[64];
  private int[] at = new int[64];
  private int[] bytes = new int[64];
  private int[] hashes = new int[64];
  private int[] tables = new int[64];
  private int records;

  void add(Page page, int at, int bytes, int hash, int table) {
    if (records == hashes.length) {
      int larger = records * 2;
      this.pages = Arrays.copyOf(this.pages, larger);
      this.at = Arrays.copyOf(this.at, larger);
      this.bytes = Arrays.copyOf(this.bytes, larger);
      this.hashes = Arrays.copyOf(this.hashes, larger);
      this.tables = Arrays.copyOf(this.tables, larger);
    }
    this.pages[records] = page;
    this.at[records] = at;
    this.bytes[records] = bytes;
    this.hashes[records] = hash;
    this.tables[records++] = table;
  }

  int count() {
    return records;
  }

  boolean isFull() {
    return records >= RECORDS_MAX;
  }

  /** The page that a record is in. */
  Page page(int record) {
    return pages[record];
  }

  /** Where in its page it begins. */
  int at(int record) {
    return at[record];
  }

  int bytes(int record) {
    return bytes[record];
  }

  int hash(int record) {
    return hashes[record];
  }

  int table(int record) {
    return tables[record];
  }
}
