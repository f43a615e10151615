package io.varve;

/**
 * How far a reader is, as of the batch that it reads, or of its last look for more.
 *
 * @param position it goes on at this offset or, within the batch, behind it
 * @param endOffset every published event has a lower offset; at most about a second old while the
 *     reader reads
 * @param batches batches read
 * @param storedBytes their bytes as they are stored, with headers
 */
public record ReaderMetrics(long position, long endOffset, long batches, long storedBytes) {

  /** How many offsets the reader is behind the log's published end, wherever its range ends. */
  public long lag() {
    return Math.max(0, endOffset - position);
  }
}
