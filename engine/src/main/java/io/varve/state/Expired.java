package io.varve.state;

import org.jspecify.annotations.Nullable;

/**
 * What had expired at one moment.
 *
 * <p>Thread: immutable.
 */
final class Expired {

  static final Expired NOTHING = new Expired(new Expiries.OfTable[0], new long[0]);

  private final Expiries.@Nullable OfTable[] tables;
  private final long[] timesMs;

  /**
   * @param timesMs that moment on each table's clock
   */
  Expired(Expiries.@Nullable OfTable[] tables, long[] timesMs) {
    this.tables = tables;
    this.timesMs = timesMs;
  }

  /** How the table's values expire; null: they don't. */
  Expiries.@Nullable OfTable of(int table) {
    return table >= 0 && table < tables.length ? tables[table] : null;
  }

  /** That moment, on the clock of a table whose values expire. */
  long timeMs(int table) {
    return timesMs[table];
  }

  /** Whether every plain value of the table in a file has expired, of which this is known. */
  boolean isAllExpired(int table, @Nullable Timestamps timestamps) {
    Expiries.OfTable of = of(table);
    return of != null
        && of.kind == Expiries.TableKind.VALUES
        && timestamps != null
        && timestamps.isAllExpired(of.expiry, timesMs[table]);
  }

  /** About how many bytes of the table's records in a file have expired, of which this is known. */
  long expiredBytes(int table, Timestamps timestamps) {
    Expiries.OfTable of = of(table);
    return of == null ? 0 : timestamps.expiredBytes(of.expiry, timesMs[table]);
  }
}
