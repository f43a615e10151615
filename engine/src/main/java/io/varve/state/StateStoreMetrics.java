package io.varve.state;

/**
 * How much a store holds.
 *
 * @param records records that are alive, of all tables
 * @param liveBytes bytes of those records
 * @param logBytes bytes of all pages, dead records included, in memory or on disk
 * @param memoryBytes bytes of memory in use, indexes included
 * @param indexBytes bytes of memory of the indexes
 * @param files files on disk
 * @param cleaning whether files are being cleaned
 * @param cleanedBytes bytes that were written to clean files
 */
public record StateStoreMetrics(
    long records,
    long liveBytes,
    long logBytes,
    long memoryBytes,
    long indexBytes,
    int files,
    boolean cleaning,
    long cleanedBytes) {}
