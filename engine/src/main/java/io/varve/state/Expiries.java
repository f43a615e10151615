package io.varve.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which tables have values that expire, and how.
 *
 * <p>Thread: changed by the store's owner, read by any.
 */
final class Expiries {

  /**
   * What the records of a table are, and when they expire. An expiry that is set anew is another.
   */
  static final class OfTable {
    final StateTable table;
    final TableKind kind;
    final Expiry expiry;

    private OfTable(StateTable table, TableKind kind, Expiry expiry) {
      this.table = table;
      this.kind = kind;
      this.expiry = expiry;
    }
  }

  /** How a table's records are to be understood. */
  enum TableKind {
    VALUES,
    LISTS,
    MAPS
  }

  /** What the table's records are; null if they can't expire. */
  static @Nullable TableKind kind(StateTable table) {
    if (table instanceof ValueTable) {
      return TableKind.VALUES;
    }
    if (table instanceof ListTable) {
      return TableKind.LISTS;
    }
    return table instanceof MapTable ? TableKind.MAPS : null;
  }

  /** Never changed, but replaced. */
  private volatile @Nullable OfTable[] tables = {};

  void set(StateTable table, TableKind kind, Expiry expiry) {
    int number = table.table();
    @Nullable OfTable[] changed = Arrays.copyOf(tables, Math.max(tables.length, number + 1));
    changed[number] = new OfTable(table, kind, expiry);
    tables = changed;
  }

  void remove(int table) {
    if (of(table) != null) {
      @Nullable OfTable[] changed = tables.clone();
      changed[table] = null;
      tables = changed;
    }
  }

  /** How the table's values expire; null: they don't. */
  @Nullable OfTable of(int table) {
    @Nullable OfTable[] now = tables;
    return table >= 0 && table < now.length ? now[table] : null;
  }

  /** What has expired by now. The owner asks. */
  Expired now() {
    @Nullable OfTable[] now = tables;
    long[] times = new long[now.length];
    for (int i = 0; i < now.length; i++) {
      OfTable table = now[i];
      times[i] = table == null ? Long.MIN_VALUE : table.expiry.clock().wallMs();
    }
    return new Expired(now, times);
  }
}
