package io.varve.dedup;

/**
 * What a window holds and has done since it was opened, at one moment.
 *
 * @param ids ids in it; one that came again after its time counts twice until the first goes
 * @param buckets buckets on disk
 * @param tableBytes memory of the tables of the latest ids
 * @param filterBytes memory of the filters
 * @param indexBytes memory with which RocksDB finds pages in its files
 * @param cacheBytes memory of RocksDB's caches and tables
 * @param diskBytes bytes of buckets on disk
 * @param logTimeMs the log's time, or -1 as long as too few events had a timestamp
 * @param stored events with an id that were stored
 * @param duplicates those that were not, since their id was there
 * @param looks how often a bucket was looked into on disk: its filter let an id pass, or it has
 *     none
 * @param falsePositives of these, those that had not got it
 * @param unfiltered buckets without a filter, since there is too little memory
 * @param readEvents events that were read from the log to open it
 */
public record DedupMetrics(
    long ids,
    int buckets,
    long tableBytes,
    long filterBytes,
    long indexBytes,
    long cacheBytes,
    long diskBytes,
    long logTimeMs,
    long stored,
    long duplicates,
    long looks,
    long falsePositives,
    int unfiltered,
    long readEvents) {

  /** All of its memory. */
  public long memoryBytes() {
    return tableBytes + filterBytes + indexBytes + cacheBytes;
  }
}
