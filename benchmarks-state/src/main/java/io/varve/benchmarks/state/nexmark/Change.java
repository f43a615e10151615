package io.varve.benchmarks.state.nexmark;

/**
 * Rows that came to a query's answer, or were taken back. Changes can be added up in any order.
 * Fields are public for Flink's serializer of plain objects.
 */
public final class Change {

  /** How many rows came, less those taken back. */
  public long rows;

  /** The sum of their hashes. */
  public long hash;

  public Change() {}

  private Change(long rows, long hash) {
    this.rows = rows;
    this.hash = hash;
  }

  /** A row of those columns, in that order. */
  static Change of(long... columns) {
    long hash = columns.length;
    for (long column : columns) {
      hash = Generator.mix(hash * 31 + column);
    }
    return new Change(1, hash);
  }

  /** This row instead of that one. */
  Change insteadOf(Change old) {
    return new Change(rows - old.rows, hash - old.hash);
  }

  /**
   * A text as a column: a sample of its letters, so that long ones don't cost more than a state.
   */
  static long column(String text) {
    long hash = text.length();
    for (int i = 0; i < text.length(); i += 7) {
      hash = hash * 31 + text.charAt(i);
    }
    return hash;
  }
}
